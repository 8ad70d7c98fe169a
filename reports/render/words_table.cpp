// The label tables: one value of Words for each language.
#include "reports/render/words.h"

namespace ga {
namespace {

constexpr Words kEnglish{
    .title = "gpuaccept: acceptance report of a GPU node",
    .decision = "DECISION",
    .cause = "cause",
    .judged_by = "judged by",
    .level = "level",
    .profile = "profile of the run",
    .report_id = "report id",
    .signature = "signature",
    .not_checked = "NOT CHECKED here. gpuaccept verify checks it.",
    .signed_by = "valid, by key {}",
    .ephemeral = "made for this run alone (ephemeral): it names nobody",
    .claimed_differs = "The run claimed \"{}\". This judgement stands; the claim does not.",
    .findings = "What is not a pass, worst first",
    .none = "none",
    .code = "code",
    .blame = "blame",
    .why = "why",
    .next_step = "next step",
    .rma = "usually taken by the vendor as a reason for return",
    .warnings = "Warnings (they never change a verdict)",
    .verdicts = "Verdicts: gate by unit",
    .numbers = "Numbers: median of the blocks",
    .legend = "BORDER = borderline, NOT M. = not measured, - = not applicable",
    .floor = "floor",
    .ceiling = "ceiling",
    .ratio_floor = "floor {1} of {0}",
    .worst = "worst",
    .no_floor = "no floor in the profile",
    .no_samples = "none",
    .corruption = "Silent corruption: computations whose every bit was checked",
    .excluded = "{} launches, none wrong: with 95 % confidence fewer than 1 in {} is",
    .not_excluded = "{} launches, WRONG in {}",
    .node_facts = "Node and GPUs",
    .slot = "PCI",
    .serial = "serial",
    .per_gpu = "differs by GPU:",
    .absent = "absent",
    .node_name = "name",
    .driver = "driver",
    .kernel = "kernel",
    .part = "part",
    .pci_device = "PCI device",
    .memory = "memory",
    .power_limit = "power limit",
    .max_clock = "max SM clock",
    .run = "Run",
    .started = "started",
    .ended = "ended",
    .attempt = "attempt",
    .boot = "boot id",
    .resumed = "resumed",
    .interrupted = "interrupted in",
    .worker = "worker",
    .real_worker = "gpuprobe, as built with this suite",
    .simulated = "SIMULATED",
    .injected = "INJECTED FAULT",
    .not_real = "not the gpuprobe that was built with this suite",
    .suite = "suite",
    .libraries = "library",
    .algorithms = "algorithm",
    .worker_exits = "worker failed",
    .binding = "binding",
    .proves = "What this proves",
    .limits_of_proof = "What this does not prove",
    .proof_signature = "The signature proves who signed, and that not one byte changed since.",
    .proof_unchecked = "Nothing yet: this rendering did not check the signature.",
    .proof_ephemeral =
        "The key was made for this run: it shows that the bytes belong together, not who signed.",
    .proof_root =
        "That the signer's machine told the truth: whoever has root there can forge every number "
        "that software reports.",
    .proof_self_declared =
        "When and for whom it was measured: no challenge of the buyer is bound to this report "
        "(self-declared).",
    .proof_challenged = "It answers a challenge of the buyer, so it is no older than that.",
    .proof_l0 =
        "Which GPUs were measured: the sources of identity did not agree or were not read (level "
        "L0).",
    .proof_l1 =
        "Identity is what software says: NVML, CUDA, PCI and /proc agree (level L1). No device "
        "signed it.",
    .proof_recompute =
        "Everything that the judgement read is inside: whoever holds it can judge it again.",
};

constexpr Words kKorean{
    .title = "gpuaccept: GPU 노드 인수시험 보고서",
    .decision = "판정",
    .cause = "사유",
    .judged_by = "판정 방법",
    .level = "시험 수준",
    .profile = "시험 프로파일",
    .report_id = "보고서 번호",
    .signature = "전자서명",
    .not_checked = "이 출력에서는 검증하지 않았습니다. gpuaccept verify 로 검증하십시오.",
    .signed_by = "유효함, 서명 키 {}",
    .ephemeral = "이 시험에만 쓰인 임시 키(ephemeral)이므로 서명자를 나타내지 않습니다",
    .claimed_differs =
        "시험 당시의 주장은 \"{}\"입니다. 이 판정이 우선하며 그 주장은 효력이 없습니다.",
    .findings = "적합이 아닌 항목 (심각한 순)",
    .none = "없음",
    .code = "코드",
    .blame = "원인 구분",
    .why = "근거",
    .next_step = "조치",
    .rma = "통상 제조사가 교환(RMA) 사유로 인정함",
    .warnings = "경고 (판정에는 영향을 주지 않음)",
    .verdicts = "항목별 판정",
    .numbers = "측정값 (블록의 중앙값)",
    .legend = "경계 = 측정했으나 판정하지 못함, - = 해당 없음",
    .floor = "하한",
    .ceiling = "상한",
    .ratio_floor = "하한 {0}의 {1}",
    .worst = "하한 대비 최저",
    .no_floor = "프로파일에 하한 없음",
    .no_samples = "없음",
    .corruption = "무증상 데이터 오류: 모든 비트를 확인한 연산",
    .excluded = "{}회 실행, 오답 없음: 신뢰도 95 %로 오답은 {}회 중 1회 미만",
    .not_excluded = "{}회 실행, 오답이 나온 항목: {}",
    .node_facts = "노드와 GPU",
    .slot = "PCI",
    .serial = "일련번호",
    .per_gpu = "GPU마다 다름:",
    .absent = "값 없음",
    .node_name = "노드 이름",
    .driver = "드라이버",
    .kernel = "커널",
    .part = "부품",
    .pci_device = "PCI 장치 ID",
    .memory = "메모리",
    .power_limit = "전력 한도",
    .max_clock = "최대 SM 클록",
    .run = "시험 실행",
    .started = "시작",
    .ended = "종료",
    .attempt = "시도 회차",
    .boot = "부팅 ID",
    .resumed = "재개",
    .interrupted = "중단된 측정",
    .worker = "측정 프로세스",
    .real_worker = "이 시험 도구와 함께 빌드된 gpuprobe",
    .simulated = "모의 실행 (SIMULATED)",
    .injected = "결함 주입 (INJECTED FAULT)",
    .not_real = "이 시험 도구와 함께 빌드된 gpuprobe가 아님",
    .suite = "시험 도구",
    .libraries = "라이브러리",
    .algorithms = "알고리즘",
    .worker_exits = "이상 종료",
    .binding = "챌린지 결합",
    .proves = "이 보고서가 증명하는 것",
    .limits_of_proof = "이 보고서가 증명하지 않는 것",
    .proof_signature =
        "서명자가 누구인지, 그리고 서명 이후 한 바이트도 바뀌지 않았음을 증명합니다.",
    .proof_unchecked = "아직 없습니다. 이 출력에서는 서명을 검증하지 않았습니다.",
    .proof_ephemeral =
        "임시 키로 서명되어 내용이 서로 맞물려 있음만 보이며, 누가 서명했는지는 알 수 없습니다.",
    .proof_root =
        "서명한 장비가 사실대로 보고했는지는 증명하지 않습니다. 관리자(root) 권한이 있으면 "
        "소프트웨어가 보고하는 모든 수치를 위조할 수 있습니다.",
    .proof_self_declared =
        "언제 누구를 위해 측정했는지는 증명하지 않습니다. 발주자의 챌린지와 결합되지 않은 자체 "
        "신고(self_declared) 보고서입니다.",
    .proof_challenged = "발주자의 챌린지에 응답한 것이므로 그 발급 이후에 측정되었습니다.",
    .proof_l0 =
        "어느 GPU를 측정했는지는 증명하지 않습니다. 식별 정보의 출처가 서로 일치하지 않거나 읽지 "
        "못했습니다(L0 수준).",
    .proof_l1 =
        "식별 정보는 소프트웨어가 보고한 값입니다. NVML, CUDA, PCI, /proc의 값은 서로 "
        "일치하지만(L1 수준) 장치가 직접 서명한 것은 아닙니다.",
    .proof_recompute =
        "판정에 쓰인 근거가 모두 들어 있으므로, 보고서를 가진 누구나 다시 판정할 수 있습니다.",
};

}  // namespace

const Words& words_of(Language language) { return language == Language::en ? kEnglish : kKorean; }

}  // namespace ga
