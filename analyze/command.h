/* A subcommand of hitm-analyze: a file cmd_NAME.c holds one entry that says everything about it. main finds
 * it, parses the command line by its table, runs it, and alone prints errors and exits. */
#ifndef HT_ANALYZE_COMMAND_H
#define HT_ANALYZE_COMMAND_H

#include "schema/status.h"

#define HT_OPTIONS_MAX 16

struct ht_option {
    char letter;       /* 0: long only */
    const char *name;  /* long name; NULL ends the table */
    const char *value; /* what its value is called; NULL: a flag */
    const char *help;
};

struct ht_arguments {
    const char
        *value[HT_OPTIONS_MAX]; /* by position in the option table; NULL not given, "" a flag that was */
    char **operand;
    int operands;
    int quiet;
};

struct ht_command {
    const char *name, *operands, *summary;
    const struct ht_option *option;
    int operands_min, operands_max;
    enum ht_status (*run)(const struct ht_arguments *arguments, struct ht_cause *cause);
};

extern const struct ht_command ht_cmd_report, ht_cmd_load, ht_cmd_import, ht_cmd_query, ht_cmd_info,
    ht_cmd_verify;

/* argv[0] is the command's name. USAGE names the option. */
enum ht_status ht_arguments_parse(const struct ht_command *command, int argc, char **argv,
                                  struct ht_arguments *arguments, struct ht_cause *cause);

/* A whole number between low and high given as the value of an option; absent leaves *number alone. */
enum ht_status ht_argument_number(const struct ht_command *command, const struct ht_arguments *arguments,
                                  int option, long low, long high, long *number, struct ht_cause *cause);

/* USAGE where output is the very file that is read; what: "the capture", "the perf.data file". output NULL is
 * fine. */
enum ht_status ht_argument_output(const struct ht_command *command, const char *input, const char *what,
                                  const char *output, struct ht_cause *cause);

/* EXISTS where output is there and is no regular file: what is renamed into a device's or pipe's place
 * replaces it. */
enum ht_status ht_argument_regular(const struct ht_command *command, const char *output,
                                   struct ht_cause *cause);

#endif
