#include "analyze/show/page.h"

static const struct {
    const char *term, *meaning;
} terms[] = {
    {"transfer", "a sample whose data came from another core's cache instead of memory"},
    {"HITM", "a load that hit a line which another cache said was modified. It does not prove a writer: from "
             "Ice Lake on "
             "it can be a clean line forwarded"},
    {"false sharing",
     "threads on different cores use disjoint bytes of one line, and at least one writes: the line moves "
     "though no data is shared. Said only where instruction widths prove the bytes disjoint"},
    {"true sharing", "the bytes overlap: the data itself is shared. Padding does not help"},
    {"remote placement", "the line is read from another node's memory, not fought over"},
    {"cannot tell",
     "a result like the others: the samples do not decide. The reason and what would decide stand beside it"},
    {"confidence",
     "0 to 1, from the sample counts named beside it. It speaks of this window, not of the program"},
    {"home node", "the node whose memory holds the line"},
    {"from>home", "the node of the CPU that accessed, and the home node"},
    {"cost", "transfers times their latency, an interval in cycles of waiting. Where only slow loads were "
             "sampled it is a "
             "lower bound. Out-of-order execution hides a part of it"},
    {"payer", "the code most seen waiting for the line"},
    {"level", "memory sampling names lines; counters count remote fills but name no line; software sees what "
              "waits, what "
              "moves, where memory lies and the CPU profile"},
    {"lost", "records that found the ring full or that the kernel dropped. 'At least' and 'no loss seen' "
             "where the kernel "
             "does not tell exactly"},
    {"first 3.2 s of 10.0 s",
     "the recorder switched that source off then, to stay inside its budget: what is said of it "
     "holds for that time"},
    {"steal",
     "CPU time in which this virtual machine was ready to run and the hypervisor ran something else"},
    {"direct reclaim", "a task that wanted memory had to free some itself first, and waited for it"},
    {"major page fault", "a page fault that had to wait until a device brought the page"},
    {"NUMA hint fault",
     "automatic NUMA balancing takes access to a page away, to see at the fault who uses it from where"},
    {"tasks that waited",
     "pressure stall information of the kernel: for how much of the time some task was ready and had no "
     "CPU, device or memory"},
    {"numa_miss",
     "pages this node gave although another was wanted; numa_foreign is the same seen from the node that was "
     "wanted. Older texts have it the other way round"},
};

enum ht_status ht_section_guide(struct ht_page *page, const struct ht_section *section,
                                struct ht_node *parent) {
    (void)page;
    (void)section;
    ht_add_text(parent, "p",
                "Start at the top: warnings limit everything below them. The verdict is one sentence with "
                "its confidence; the "
                "conditions say under what it holds. Lines are ranked by cost, else by transfers. Every "
                "count is a number of "
                "samples unless its heading says otherwise; a share is of the basis named above its table.");
    struct ht_node *list = ht_add(parent, "dl", NULL);
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        ht_add_text(list, "dt", terms[i].term);
        ht_add_text(list, "dd", terms[i].meaning);
    }
    ht_add_text(
        parent, "p",
        "Everything here can be queried: `hitm-analyze load CAPTURE -o DB`, then `hitm-analyze query DB "
        "NAME` with the name of a question, such as top_lines, or any SQL.");
    return HT_OK;
}
