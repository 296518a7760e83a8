/* What the rooms of findings share: a run over one capture asks questions of its tables, and each row that
 * comes back becomes a conclusion with the numbers behind it. Inside analyze/judge only. One thread.
 *
 * A question names the source it rests on. Where that source was off for a part of the window, when() says so
 * in the sentence, rates are of the recorded time, and confidence() falls with what is missing: a gap is
 * never silent. */
#ifndef HT_ANALYZE_JUDGE_FINDING_H
#define HT_ANALYZE_JUDGE_FINDING_H

#include <stdint.h>

#include "analyze/load/db.h"

#define HT_JUDGE_TEXTS 12
#define HT_JUDGE_TEXT  48

struct ht_judge {
    sqlite3 *db;
    int64_t capture_id;
    int64_t window_ns;
    int nodes; /* of the machine; 0 unknown. With one, nothing about nodes is asked */
    struct ht_insert finding, evidence;
    int64_t findings;
    int positions; /* evidence rows of the current finding */
    struct ht_cause *cause;
    char text[HT_JUDGE_TEXTS][HT_JUDGE_TEXT]; /* numbers of the sentence being made, reused in turn */
    unsigned next_text;
    struct {
        int known; /* the capture names it as an event or snapshot */
        int64_t window_ns, recorded_ns;
        int64_t off_at_ns; /* -1: it was on to the end, or came back */
        int64_t samples, lost;
        int lost_exact;
    } source; /* of the question being asked, from source_report */
};

struct ht_conclusion {
    const char *kind, *verdict, *scope, *advice;
    double confidence; /* 0: none is said, as for "cannot tell" */
    int64_t line_id;   /* 0: none */
};

typedef enum ht_status (*ht_answer_fn)(struct ht_judge *judge, sqlite3_stmt *row);

/* ?1 is the capture. */
struct ht_question {
    const char *sql;
    ht_answer_fn answer;
    const char *source; /* of source_report; NULL: none to speak of */
    int about_nodes;    /* not asked of a machine with one node */
};

enum ht_status ht_judge_ask(struct ht_judge *judge, const struct ht_question *question);

/* A row of `finding`, then rows of `finding_evidence` of it. */
enum ht_status ht_conclude(struct ht_judge *judge, const struct ht_conclusion *conclusion, const char *format,
                           ...) __attribute__((format(printf, 3, 4)));
enum ht_status ht_prove(struct ht_judge *judge, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The evidence that every finding of a source ends with: "the whole window of 10.0 s, none lost". */
enum ht_status ht_prove_source(struct ht_judge *judge);

/* " in the first 3.2 s", or nothing where the source was on all the time: put behind a count. */
const char *ht_judge_when(struct ht_judge *judge);

/* The confidence in a count of the source: its share of the window and of its records; 1 is a full count. */
double ht_judge_confidence(const struct ht_judge *judge);

/* Seconds that the source was recorded for; never 0. */
double ht_judge_seconds(const struct ht_judge *judge);

/* Words for the sentence; valid for the next eleven. Counts have thousands separators. */
const char *ht_judge_count(struct ht_judge *judge, int64_t count);
const char *ht_judge_time(struct ht_judge *judge, double ns);
const char *ht_judge_bytes(struct ht_judge *judge, double bytes);
const char *ht_judge_rate(struct ht_judge *judge, double a_second);
const char *ht_judge_share(struct ht_judge *judge, double share);
const char *ht_plural(int64_t count);

/* A column as text; otherwise where it is NULL or empty. Names from the capture may be of any length: cut
 * them with a precision. */
const char *ht_judge_text(sqlite3_stmt *row, int column, const char *otherwise);
int ht_judge_is_null(sqlite3_stmt *row, int column);

/* The questions by subject, most important first, each list ended by an sql of NULL. */
extern const struct ht_question ht_questions_pressure[]; /* find_pressure.c: time and memory were short */
extern const struct ht_question
    ht_questions_placement[]; /* find_placement.c: memory on another node than its users */
extern const struct ht_question ht_questions_movement[]; /* find_movement.c: tasks and pages that wander */
extern const struct ht_question ht_questions_busy[];     /* find_busy.c: CPUs that were full, page faults */
extern const struct ht_question ht_questions_minor[];    /* find_movement.c: worth a word after all others */
extern const struct ht_question ht_questions_level[]; /* find_conditions.c: what this capture cannot tell */
extern const struct ht_question ht_questions_conditions[];

/* find_lines.c: verdicts on cache lines, and lines in another node's memory. */
enum ht_status ht_find_lines(struct ht_judge *judge);
enum ht_status ht_find_placed_lines(struct ht_judge *judge);

#define HT_ADVICE_PLACEMENT                                                                                  \
    "Bring memory and threads to one node: start it with numactl --cpunodebind=N --membind=N, let each "     \
    "thread first "                                                                                          \
    "touch what it uses, or move what runs: migratepages PID FROM TO (numactl package)."

#endif
