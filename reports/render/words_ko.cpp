// The messages of the renderings in Korean; words_test.cpp holds them to the other language.
#include "reports/render/words.h"

namespace ga {

const Words kKorean{
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
    .proof_challenged =
        "보고서에 담긴 챌린지에 응답한 것이므로 그 발급 이후에 측정되었습니다. 발주자의 "
        "챌린지인지는 gpuaccept verify --buyer로 확인합니다.",
    .proof_l0 =
        "어느 GPU를 측정했는지는 증명하지 않습니다. 식별 정보의 출처가 서로 일치하지 않거나 읽지 "
        "못했습니다(L0 수준).",
    .proof_l1 =
        "식별 정보는 소프트웨어가 보고한 값입니다. NVML, CUDA, PCI, /proc의 값은 서로 "
        "일치하지만(L1 수준) 장치가 직접 서명한 것은 아닙니다.",
    .proof_recompute =
        "판정에 쓰인 근거가 모두 들어 있으므로, 보고서를 가진 누구나 다시 판정할 수 있습니다.",
    .skip = "적합이 아닌 항목으로 건너뛰기",
    .contents = "목차",
    .banner_simulated = "모의 실행: 이 문서의 어떤 수치도 실제 장비에서 측정한 값이 아닙니다.",
    .banner_injected = "시험을 위해 일부러 결함을 주입했습니다: {}.",
    .banner_not_real =
        "이 시험 도구와 함께 빌드된 측정 프로세스가 아니므로 인수 근거가 되지 않습니다.",
    .self_declared =
        "자체 신고(self_declared): 발주자의 챌린지와 결합되지 않아, 언제 누구를 위해 측정했는지 알 "
        "수 없습니다.",
    .challenged =
        "챌린지 응답(challenged): 보고서에 담긴 챌린지에 응답했습니다. 발주자가 발급한 것인지는 "
        "gpuaccept verify --buyer로 확인합니다.",
    .draft_profile =
        "초안(draft) 프로파일입니다. 한계값이 실제 장비군으로 교정되지 않아 불합격과 선별 판정만 "
        "가능하며 합격 판정은 낼 수 없습니다.",
    .about = "보고서 개요",
    .who = "누가",
    .what = "무엇을",
    .when = "언제",
    .where = "어디서",
    .signer = "서명자",
    .signer_key = "키 소유자",
    .duration = "소요 시간",
    .minutes = "{}분 {}초",
    .hours = "{}시간 {}분",
    .gpus = "GPU",
    .index = "GPU",
    .identity_level = "식별 수준",
    .level_l0 = "L0: 호스트 이름만 확인",
    .level_l1 = "L1: NVML, CUDA, PCI, /proc의 값이 일치",
    .level_l2 = "L2: L1에 더해 BMC와 TPM까지 일치",
    .level_l3 = "L3: 장치가 직접 서명한 증거",
    .reached = "이 보고서",
    .class_a = "식별 정보, 구성, 상태",
    .class_b = "시험 중 이벤트",
    .class_c = "성능",
    .class_d = "데이터 정확성",
    .gate = "시험 항목",
    .node_column = "노드",
    .grid_note =
        "칸을 누르면 해당 근거로 이동합니다. 노드 전체, GPU 쌍, 포트에 대한 항목은 노드 열에 "
        "있습니다.",
    .question = "질문",
    .part_column = "대상",
    .reason_column = "근거",
    .blocks = "블록",
    .median = "중앙값",
    .bounds = "신뢰 구간",
    .margin = "한계 대비",
    .strip_note = "점 하나가 측정 블록 하나이고, 막대는 판정에 쓰인 구간(LCB–UCB)입니다.",
    .limit_line = "실선: {}",
    .gross_line = "점선: 중대 결함 기준 {}",
    .limit_source = "출처: {}, {}",
    .strip_label = "블록 {}개, {}–{} {}",
    .no_findings = "시험한 모든 항목이 적합입니다.",
    .no_warnings = "경고 없음.",
    .passes = "적합 및 해당 없음 항목",
    .passes_note = "{}건",
    .conditions = "클록, 전력, 온도",
    .conditions_note =
        "왼쪽에서 오른쪽으로 보고서에 실린 순서(측정 항목별)의 블록이며 시각 순서는 아닙니다. 각 "
        "점은 해당 블록의 최저 클록, 최고 전력, 최고 온도입니다. 모든 GPU가 같은 눈금을 씁니다.",
    .clock = "SM 클록",
    .power = "전력",
    .temperature = "온도",
    .chart_label = "{}: {} {}–{} {}",
    .links = "노드 내부 연결",
    .links_note =
        "블록들의 중앙값입니다. 표의 중앙값보다 5 % 넘게 낮은 칸에는 그 차이를 적었습니다.",
    .p2p_one = "GPU 간 복사 (한 쌍씩, {})",
    .p2p_all = "GPU 간 복사 (동시, {})",
    .by_sms = "SM 사용",
    .by_copy_engine = "복사 엔진 사용",
    .from_to = "보냄 \\ 받음",
    .numa_alone = "NUMA 노드별 PCI Express 복사 (GPU 한 개씩)",
    .numa_together = "NUMA 노드별 PCI Express 복사 (모든 GPU 동시)",
    .numa_to = "GPU로, NUMA {}",
    .numa_from = "GPU에서, NUMA {}",
    .limit_column = "한계값",
    .series_column = "측정 항목",
    .no_numbers = "측정값이 없습니다.",
    .versions = "버전",
    .programs = "프로그램",
    .digest = "SHA-256",
    .file = "파일",
    .verify = "보고서 검증",
    .verify_note =
        "이 문서는 사람이 읽기 위한 출력물이며 누구나 만들 수 있습니다. 효력은 서명된 파일에 "
        "있습니다. report.dsse.json과 서명자의 공개키를 받아 다음을 실행하십시오.",
    .verify_id = "다음 보고서 번호가 출력되어야 합니다.",
    .verify_alone = "보고서 번호는 페이로드의 SHA-256이므로 gpuaccept 없이도 계산할 수 있습니다.",
    .no_report_id = "봉인 전에 만든 출력이므로 보고서 번호가 없습니다.",
    .footer =
        "gpuaccept {} 로 작성. 스크립트와 네트워크를 쓰지 않으며 외부에서 아무것도 불러오지 "
        "않습니다.",
    .act_first = "조치 사항",
    .version = "버전",
    .proof = "식별 수준과 증명 범위",
};

}  // namespace ga
