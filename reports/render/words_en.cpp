// The messages of the renderings in English; words_test.cpp holds them to the other language.
#include "reports/render/words.h"

namespace ga {

const Words kEnglish{
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
    .proof_challenged =
        "It answers the challenge that it carries, and is no older: whether that is the buyer's, "
        "gpuaccept verify --buyer tells.",
    .proof_l0 =
        "Which GPUs were measured: the sources of identity did not agree or were not read (level "
        "L0).",
    .proof_l1 =
        "Identity is what software says: NVML, CUDA, PCI and /proc agree (level L1). No device "
        "signed it.",
    .proof_recompute =
        "Everything that the judgement read is inside: whoever holds it can judge it again.",
    .skip = "Skip to what is not a pass",
    .contents = "Contents",
    .banner_simulated = "Simulated: no number on this page was measured on hardware.",
    .banner_injected = "A fault was injected on purpose: {}.",
    .banner_not_real =
        "The worker is not the one that was built with this suite, so nothing here is accepted.",
    .self_declared =
        "Self-declared: no challenge of the buyer is bound to this report, so nothing shows when "
        "and for whom it was measured.",
    .challenged =
        "Challenged: the report answers the challenge that it carries; gpuaccept verify --buyer "
        "tells whether the buyer issued it.",
    .draft_profile =
        "The profile is a draft: its limits are not calibrated on the fleet, so it can reject and "
        "screen, and never accept.",
    .about = "The report at a glance",
    .who = "Who",
    .what = "What",
    .when = "When",
    .where = "Where",
    .signer = "signer",
    .signer_key = "the holder of a key",
    .duration = "duration",
    .minutes = "{} min {} s",
    .hours = "{} h {} min",
    .gpus = "GPUs",
    .index = "GPU",
    .identity_level = "Identity level",
    .level_l0 = "L0: host name only",
    .level_l1 = "L1: NVML, CUDA, PCI and /proc agree",
    .level_l2 = "L2: L1, and BMC and TPM agree",
    .level_l3 = "L3: evidence that the device itself signed",
    .reached = "this report",
    .class_a = "Identity, configuration and health",
    .class_b = "Events while it ran",
    .class_c = "Speed",
    .class_d = "Correctness of the data",
    .gate = "gate",
    .node_column = "node",
    .grid_note =
        "A cell leads to its finding. Gates of the whole node, of pairs and of ports stand in the "
        "column of the node.",
    .question = "question",
    .part_column = "part",
    .reason_column = "reason",
    .blocks = "blocks",
    .median = "median",
    .bounds = "bounds",
    .margin = "margin",
    .strip_note =
        "Each dot is one timed block, the bar is the interval that the rule judged (LCB to UCB).",
    .limit_line = "solid line: {}",
    .gross_line = "dashed line: gross defect {}",
    .limit_source = "source: {}, {}",
    .strip_label = "{} blocks, {} to {} {}",
    .no_findings = "Every gate that was asked passed.",
    .no_warnings = "No warnings.",
    .passes = "What passed",
    .passes_note = "{} findings",
    .conditions = "Clock, power and temperature",
    .conditions_note =
        "From left to right the timed blocks in the order of this report: series after series, not "
        "by the clock on the wall. Each point is the lowest clock, the highest power and the "
        "highest temperature of its blocks. All GPUs share one scale.",
    .clock = "SM clock",
    .power = "power",
    .temperature = "temperature",
    .chart_label = "{}: {} from {} to {} {}",
    .links = "Between the parts of the node",
    .links_note =
        "Medians over the blocks. A cell more than 5 % below the middle of its table says by how "
        "much.",
    .p2p_one = "Copies from GPU to GPU, one pair at a time, {}",
    .p2p_all = "Copies from GPU to GPU, all at once, {}",
    .by_sms = "by the SMs",
    .by_copy_engine = "by the copy engine",
    .from_to = "from \\ to",
    .numa_alone = "PCI Express to each NUMA node, one GPU at a time",
    .numa_together = "PCI Express to each NUMA node, all GPUs at once",
    .numa_to = "to, NUMA {}",
    .numa_from = "from, NUMA {}",
    .limit_column = "limit",
    .series_column = "series",
    .no_numbers = "Nothing was measured.",
    .versions = "Versions",
    .programs = "programs",
    .digest = "SHA-256",
    .file = "file",
    .verify = "Verify this report",
    .verify_note =
        "This page is a rendering, and anyone could write one. What counts is the signed file: ask "
        "for report.dsse.json and the signer's public key, and run",
    .verify_id = "It must print this report id:",
    .verify_alone =
        "The id is the SHA-256 of the payload, so it can be computed without gpuaccept:",
    .no_report_id = "This rendering was made before the report was sealed, so it has no id.",
    .footer = "Made by gpuaccept {}. No script, no network, nothing loaded from elsewhere.",
    .act_first = "What to do",
    .version = "version",
    .proof = "Who was measured, and what that proves",
};

}  // namespace ga
