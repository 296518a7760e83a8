#include "analyze/judge/findings.h"

#include "analyze/judge/finding.h"

static enum ht_status ask_all(struct ht_judge *j, const struct ht_question *question) {
    enum ht_status status = HT_OK;
    for (; status == HT_OK && question->sql != NULL; question++)
        status = ht_judge_ask(j, question);
    return status;
}

static enum ht_status answer_machine(struct ht_judge *j, sqlite3_stmt *row) {
    j->window_ns = sqlite3_column_int64(row, 0);
    j->nodes = sqlite3_column_int(row, 1);
    return HT_OK;
}

/* In the order of their importance. */
static enum ht_status find_all(struct ht_judge *j) {
    static const struct ht_question machine = {
        .sql = "SELECT window_end_ns - window_start_ns, (SELECT count(*) FROM node WHERE capture_id = ?1)"
               " FROM capture WHERE capture_id = ?1",
        .answer = answer_machine};
    static const struct ht_question *const lists[] = {
        ht_questions_pressure, ht_questions_placement, ht_questions_movement,  ht_questions_busy,
        ht_questions_level,    ht_questions_minor,     ht_questions_conditions};
    enum ht_status status = ht_judge_ask(j, &machine);
    if (status == HT_OK)
        status = ht_find_lines(j);
    for (size_t i = 0; status == HT_OK && i < sizeof lists / sizeof lists[0]; i++) {
        status = ask_all(j, lists[i]);
        if (status == HT_OK && lists[i] == ht_questions_placement)
            status = ht_find_placed_lines(j);
    }
    return status;
}

enum ht_status ht_judge_findings(sqlite3 *db, int64_t capture_id, struct ht_cause *cause) {
    struct ht_judge j = {.db = db, .capture_id = capture_id, .cause = cause};
    enum ht_status status =
        ht_insert_open(db, "finding", "finding_id,kind,verdict,scope,confidence,sentence,advice,line_id",
                       capture_id, &j.finding, cause);
    if (status == HT_OK)
        status = ht_insert_open(db, "finding_evidence", "finding_id,position,name,value", capture_id,
                                &j.evidence, cause);
    if (status == HT_OK)
        status = find_all(&j);
    ht_insert_close(&j.finding);
    ht_insert_close(&j.evidence);
    return status;
}
