#include "analyze/judge/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char *next_text(struct ht_judge *j) {
    return j->text[j->next_text++ % HT_JUDGE_TEXTS];
}

const char *ht_judge_count(struct ht_judge *j, int64_t count) {
    return sqlite3_snprintf(HT_JUDGE_TEXT, next_text(j), "%,lld", (sqlite3_int64)count);
}

const char *ht_judge_time(struct ht_judge *j, double ns) {
    char *text = next_text(j);
    if (ns >= 999.5e6)
        snprintf(text, HT_JUDGE_TEXT,
                 ns >= 99.95e9   ? "%.0f s"
                 : ns >= 9.995e9 ? "%.1f s"
                                 : "%.2f s",
                 ns / 1e9);
    else if (ns >= 999.5e3)
        snprintf(text, HT_JUDGE_TEXT, ns >= 9.995e6 ? "%.0f ms" : "%.1f ms", ns / 1e6);
    else
        snprintf(text, HT_JUDGE_TEXT, "%.0f us", ns / 1e3);
    return text;
}

const char *ht_judge_bytes(struct ht_judge *j, double bytes) {
    static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    char *text = next_text(j);
    size_t i = 0;
    for (; bytes >= 1024 && i + 1 < sizeof unit / sizeof unit[0]; i++)
        bytes /= 1024;
    snprintf(text, HT_JUDGE_TEXT, i == 0 || bytes >= 100 ? "%.0f %s" : "%.1f %s", bytes, unit[i]);
    return text;
}

const char *ht_judge_rate(struct ht_judge *j, double a_second) {
    char *text = next_text(j);
    if (a_second >= 9.95)
        return sqlite3_snprintf(HT_JUDGE_TEXT, text, "%,lld a second",
                                (sqlite3_int64)(a_second < 9e18 ? a_second + 0.5 : 9e18));
    snprintf(text, HT_JUDGE_TEXT, "%.1f a second", a_second);
    return text;
}

const char *ht_judge_share(struct ht_judge *j, double share) {
    char *text = next_text(j);
    double percent = share * 100;
    snprintf(text, HT_JUDGE_TEXT, percent >= 9.95 || percent == 0 ? "%.0f %%" : "%.1f %%", percent);
    return text;
}

const char *ht_plural(int64_t count) {
    return count == 1 ? "" : "s";
}

const char *ht_judge_text(sqlite3_stmt *row, int column, const char *otherwise) {
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text != NULL && text[0] != '\0' ? text : otherwise;
}

int ht_judge_is_null(sqlite3_stmt *row, int column) {
    return sqlite3_column_type(row, column) == SQLITE_NULL;
}

const char *ht_judge_when(struct ht_judge *j) {
    if (!j->source.known || j->source.recorded_ns >= j->source.window_ns)
        return "";
    char *text = next_text(j);
    if (j->source.off_at_ns >= 0)
        snprintf(text, HT_JUDGE_TEXT, " in the first %.1f s", (double)j->source.off_at_ns / 1e9);
    else
        snprintf(text, HT_JUDGE_TEXT, " in %.1f s of the window", (double)j->source.recorded_ns / 1e9);
    return text;
}

double ht_judge_confidence(const struct ht_judge *j) {
    double confidence = 1;
    if (j->source.known && j->source.window_ns > 0)
        confidence *= (double)j->source.recorded_ns / (double)j->source.window_ns;
    if (j->source.known && j->source.lost > 0)
        confidence *= (double)j->source.samples / ((double)j->source.samples + (double)j->source.lost);
    return confidence < 0.01 ? 0.01 : confidence;
}

double ht_judge_seconds(const struct ht_judge *j) {
    int64_t ns = j->source.known ? j->source.recorded_ns : j->window_ns;
    return ns > 0 ? (double)ns / 1e9 : 1;
}

enum ht_status ht_conclude(struct ht_judge *j, const struct ht_conclusion *c, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *sentence = sqlite3_vmprintf(format, args);
    va_end(args);
    if (sentence == NULL)
        return ht_fail(j->cause, HT_NOMEM, "out of memory");
    ht_put_int(&j->finding, ++j->findings);
    ht_put_text(&j->finding, c->kind);
    ht_put_text(&j->finding, c->verdict);
    ht_put_text(&j->finding, c->scope);
    ht_put_real(&j->finding, c->confidence);
    ht_put_text(&j->finding, sentence);
    ht_put_text(&j->finding, c->advice);
    ht_put_known(&j->finding, c->line_id > 0 ? c->line_id : -1);
    sqlite3_free(sentence);
    j->positions = 0;
    return ht_insert_row(&j->finding, j->cause);
}

enum ht_status ht_prove(struct ht_judge *j, const char *name, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *value = sqlite3_vmprintf(format, args);
    va_end(args);
    if (value == NULL)
        return ht_fail(j->cause, HT_NOMEM, "out of memory");
    ht_put_int(&j->evidence, j->findings);
    ht_put_int(&j->evidence, ++j->positions);
    ht_put_text(&j->evidence, name);
    ht_put_text(&j->evidence, value);
    sqlite3_free(value);
    return ht_insert_row(&j->evidence, j->cause);
}

enum ht_status ht_prove_source(struct ht_judge *j) {
    char lost[64] = "none lost";
    if (!j->source.known)
        return HT_OK;
    if (j->source.lost > 0)
        snprintf(lost, sizeof lost, "%s%s lost", j->source.lost_exact ? "" : "at least ",
                 ht_judge_count(j, j->source.lost));
    else if (!j->source.lost_exact)
        snprintf(lost, sizeof lost, "no loss seen (it is not counted exactly)");
    const char *window = ht_judge_time(j, (double)j->source.window_ns);
    if (j->source.recorded_ns >= j->source.window_ns)
        return ht_prove(j, "recorded", "the whole window of %s, %s", window, lost);
    return ht_prove(j, "recorded", "%s%s of %s, then switched off to stay inside the budget; %s",
                    j->source.off_at_ns >= 0 ? "the first " : "",
                    ht_judge_time(j, (double)j->source.recorded_ns), window, lost);
}

/* What source_report says of the source; known 0 where it has no row. */
static enum ht_status read_source(struct ht_judge *j, const char *source) {
    sqlite3_stmt *select = NULL;
    enum ht_status status = HT_OK;
    memset(&j->source, 0, sizeof j->source);
    j->source.off_at_ns = -1;
    if (source == NULL)
        return HT_OK;
    if (sqlite3_prepare_v2(
            j->db,
            "SELECT window_ns, recorded_ns, off_at_ns, samples, lost, lost_exact FROM source_report "
            "WHERE capture_id = ?1 AND source = ?2",
            -1, &select, NULL) != SQLITE_OK ||
        sqlite3_bind_int64(select, 1, j->capture_id) != SQLITE_OK ||
        sqlite3_bind_text(select, 2, source, -1, SQLITE_STATIC) != SQLITE_OK) {
        status = ht_db_fail(j->db, "findings", j->cause);
        goto out;
    }
    int code = sqlite3_step(select);
    if (code == SQLITE_ROW && !ht_judge_is_null(select, 0)) {
        j->source.known = 1;
        j->source.window_ns = sqlite3_column_int64(select, 0);
        j->source.recorded_ns = sqlite3_column_int64(select, 1);
        if (!ht_judge_is_null(select, 2))
            j->source.off_at_ns = sqlite3_column_int64(select, 2);
        j->source.samples = sqlite3_column_int64(select, 3);
        j->source.lost = sqlite3_column_int64(select, 4);
        j->source.lost_exact = sqlite3_column_int(select, 5);
    } else if (code != SQLITE_ROW && code != SQLITE_DONE) {
        status = ht_db_fail(j->db, "findings", j->cause);
    }
out:
    sqlite3_finalize(select);
    return status;
}

enum ht_status ht_judge_ask(struct ht_judge *j, const struct ht_question *question) {
    sqlite3_stmt *statement = NULL;
    if (question->about_nodes && j->nodes == 1)
        return HT_OK;
    enum ht_status status = read_source(j, question->source);
    if (status == HT_OK && (sqlite3_prepare_v2(j->db, question->sql, -1, &statement, NULL) != SQLITE_OK ||
                            sqlite3_bind_int64(statement, 1, j->capture_id) != SQLITE_OK))
        status = ht_db_fail(j->db, "findings", j->cause);
    int code = SQLITE_DONE;
    while (status == HT_OK && (code = sqlite3_step(statement)) == SQLITE_ROW)
        status = question->answer(j, statement);
    if (status == HT_OK && code != SQLITE_DONE)
        status = ht_db_fail(j->db, "findings", j->cause);
    sqlite3_finalize(statement);
    return status;
}
