#include "analyze/show/page.h"

#include <stdio.h>
#include <string.h>

#include "analyze/show/html_table.h"

#define NO_MEMORY "No memory samples: nothing can be said of cache lines at this level."

const struct ht_section ht_sections[] = {
    {.id = "line-detail",
     .title = "The top lines, byte by byte",
     .question = "top_lines",
     .source = "memory",
     .absent = NO_MEMORY,
     .none = "Memory was sampled, and no cache line showed a transfer between caches or a finding.",
     .render = ht_section_lines},
    {.id = "symbols",
     .title = "Functions on contended lines",
     .question = "symbols",
     .source = "memory",
     .absent = NO_MEMORY,
     .none = "Memory was sampled, and no function touched a contended line.",
     .note = "Counts are memory samples on lines with a transfer, except CPU samples, which are of the whole "
             "window.",
     .render = ht_section_table},
    {.id = "pairs",
     .title = "Who writes what whom makes wait",
     .question = "symbol_pairs",
     .source = "memory",
     .absent = NO_MEMORY,
     .none = "Memory was sampled, and no line had both a transfer and code on it.",
     .note =
         "A row for each pair of the code most seen writing a line and the code most seen waiting for it.",
     .render = ht_section_table},
    {.id = "migrations",
     .title = "Task migrations by node pair",
     .question = "migrations",
     .source = "migrations",
     .absent = "Task migrations were not recorded.",
     .none = "Task migrations were recorded, and there was none.",
     .note =
         "A migration moves a task to another CPU; between nodes it leaves its memory and its caches behind.",
     .render = ht_section_table},
    {.id = "migrating-threads",
     .title = "Task migrations by thread",
     .question = "migrations_by_thread",
     .source = "migrations",
     .absent = "Task migrations were not recorded.",
     .none = "Task migrations were recorded, and there was none.",
     .render = ht_section_table},
    {.id = "page-migrations",
     .title = "Pages moved by the kernel",
     .question = "page_migrations",
     .source = "page migrations",
     .absent = "Page migrations were not recorded.",
     .none = "Page migrations were recorded, and there was none.",
     .note = "Pages by the kernel's own reason; numa_misplaced is automatic NUMA balancing.",
     .render = ht_section_table},
    {.id = "placement",
     .title = "Where memory lies and threads run",
     .question = "placement",
     .source = "numa_maps",
     .absent = "No numa_maps snapshot was taken: where memory lies is not known.",
     .none = "The numa_maps snapshots were empty.",
     .note = "The last snapshot of each process. A node that holds much of a process's memory and little of "
             "its CPU time, or the reverse, means remote accesses.",
     .factor = 2,
     .render = ht_section_table},
    {.id = "threads",
     .title = "Where threads ran",
     .question = "threads",
     .source = "cpu",
     .absent = "The CPUs were not sampled: where threads ran is not known.",
     .none = "The CPUs were sampled, and no sample fell on a thread.",
     .note = "CPU time by node, from CPU samples.",
     .render = ht_section_table},
    {.id = "node-statistics",
     .title = "Page counters of the nodes",
     .question = "node_stats",
     .source = "node statistics",
     .absent = "Node statistics were not recorded.",
     .none = "Node statistics were read once only: what the window added is not known.",
     .note = "What the window added, in pages. By the kernel's definition a miss is counted on the node that "
             "gave the page, a foreign on the node that was wanted.",
     .render = ht_section_matrix},
    {.id = "cpu-profile",
     .title = "Functions that used the CPUs",
     .question = "cpu_profile",
     .source = "cpu",
     .absent = "The CPUs were not sampled.",
     .none = "The CPUs were sampled, and no sample came.",
     .render = ht_section_table},
    {.id = "page-faults",
     .title = "Functions that raised page faults",
     .question = "page_faults",
     .source = "faults",
     .absent = "Page faults were not recorded.",
     .none = "Page faults were recorded, and there was none.",
     .render = ht_section_table},
    {.id = "events",
     .caption = "Over the whole window, all CPUs together",
     .title = "Events and their account",
     .question = "events",
     .none = "The capture names no event.",
     .note = "Counted is what the kernel counted, samples what reached the capture. With period 1 and one "
             "record an event, counted = samples + lost.",
     .render = ht_section_table},
    {.id = "loss",
     .caption = "By kind and event",
     .title = "What was lost",
     .question = "loss",
     .none = "No loss, throttling or gap was reported.",
     .note =
         "What only the account at the end shows as missing (counted, and neither sampled nor reported as "
         "lost) stands at the end of the window, whenever it went missing.",
     .render = ht_section_table},
    {.id = "limits",
     .caption = "What, why, and what would allow it",
     .title = "Limits: what could not be recorded",
     .question = "limits",
     .none = "The recorder named no limit.",
     .render = ht_section_table},
    {.id = "skips",
     .caption = "Records of the input, by reason",
     .title = "What could not be used",
     .question = "skips",
     .none = "Everything in the input was used.",
     .render = ht_section_table},
    {.id = "c2c",
     .title = "Counts as perf c2c makes them",
     .question = "c2c",
     .source = "memory",
     .absent = NO_MEMORY,
     .none = "No counts.",
     .note = "The same names and rules as `perf c2c report --stats` of Linux 6.1, to check this report "
             "against it. A sample can be in several counts.",
     .collapsed = 1,
     .render = ht_section_table},
    {.id = "machine",
     .caption = "NUMA nodes of the machine",
     .title = "Nodes",
     .question = "nodes",
     .none = "The capture names no node.",
     .render = ht_section_table},
    {.id = "distances",
     .caption = "From the row to the column",
     .title = "Distances between nodes",
     .question = "node_distances",
     .none = "The capture has no distances.",
     .note = "From the firmware's table: 10 is local.",
     .render = ht_section_matrix},
    {.id = "conditions-all",
     .caption = "What changed stands first",
     .title = "All conditions",
     .question = "conditions",
     .none = "No condition was recorded.",
     .note = "Settings of the machine as they were read before and after the window.",
     .collapsed = 1,
     .factor = 6,
     .render = ht_section_table},
    {.id = "recorder",
     .caption = "The recorder's own threads",
     .title = "What the recording cost",
     .question = "recorder_cost",
     .none = "The recording does not say what it cost.",
     .render = ht_section_facts},
    {.id = "recorder-facts",
     .caption = "As the capture states it",
     .title = "What the recorder noted",
     .question = "recorder_facts",
     .none = "The recorder noted nothing.",
     .collapsed = 1,
     .render = ht_section_table},
    {.id = "capture",
     .caption = "Facts of the file",
     .title = "The capture",
     .question = "capture",
     .none = "The capture is not in this database.",
     .render = ht_section_facts},
    {.id = "guide", .title = "How to read this report", .render = ht_section_guide},
    {.id = NULL},
};

/* What stands before every section's figures; returns whether there are figures to show. */
static int introduce(struct ht_page *page, const struct ht_section *section, const struct ht_grid *grid,
                     struct ht_node *parent, char caption[160]) {
    if (grid->rows == 0) {
        ht_add_text(parent, "p",
                    ht_page_nothing(&page->basis, section->source, section->absent, section->none));
        return 0;
    }
    if (section->note != NULL)
        ht_add_text(parent, "p", section->note);
    ht_basis_text(&page->basis, section->source, caption, 160);
    if (caption[0] == '\0')
        snprintf(caption, 160, "%s", section->caption != NULL ? section->caption : section->title);
    return 1;
}

static enum ht_status read_rows(struct ht_page *page, const struct ht_section *section,
                                const struct ht_grid **grid, int *rows) {
    *rows = page->budget.rows * (section->factor > 0 ? section->factor : 1);
    enum ht_status status = ht_page_read(page, section->question, *rows, grid);
    if (status == HT_OK && *rows > (*grid)->rows)
        *rows = (*grid)->rows;
    return status;
}

enum ht_status ht_section_table(struct ht_page *page, const struct ht_section *section,
                                struct ht_node *parent) {
    const struct ht_grid *grid;
    char caption[160];
    int rows;
    enum ht_status status = read_rows(page, section, &grid, &rows);
    if (status != HT_OK)
        return status;
    struct ht_table_view view = {.caption = caption,
                                 .question = section->question,
                                 .columns = section->columns,
                                 .end = rows,
                                 .sortable = 1};
    if (introduce(page, section, grid, parent, caption))
        ht_html_table(parent, grid, &view);
    return HT_OK;
}

enum ht_status ht_section_facts(struct ht_page *page, const struct ht_section *section,
                                struct ht_node *parent) {
    const struct ht_grid *grid;
    char caption[160];
    enum ht_status status = ht_page_read(page, section->question, 1, &grid);
    if (status != HT_OK)
        return status;
    if (introduce(page, section, grid, parent, caption))
        ht_html_facts(parent, grid, 0, caption, section->columns);
    return HT_OK;
}

enum ht_status ht_section_matrix(struct ht_page *page, const struct ht_section *section,
                                 struct ht_node *parent) {
    const struct ht_grid *grid;
    char caption[160];
    int rows, distances = strcmp(section->question, "node_distances") == 0;
    enum ht_status status = read_rows(page, section, &grid, &rows);
    if (status != HT_OK)
        return status;
    if (introduce(page, section, grid, parent, caption))
        ht_html_matrix(parent, grid, caption, distances ? "from_node" : "name", distances ? NULL : "meaning",
                       distances ? "to_node" : "node", distances ? "distance" : "gained");
    return HT_OK;
}
