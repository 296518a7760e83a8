#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyze/command.h"

#define LONG_ONLY 256 /* getopt values of options without a letter start here */

struct table {
    char letters[3 * HT_OPTIONS_MAX + 4];
    struct option option[HT_OPTIONS_MAX + 2];
};

static void build_table(const struct ht_command *command, struct table *table) {
    size_t at = 0;
    memset(table, 0, sizeof *table);
    table->letters[at++] = ':'; /* a missing value is told apart from an unknown option */
    table->letters[at++] = 'q';
    int i = 0;
    for (; command->option != NULL && command->option[i].name != NULL; i++) {
        const struct ht_option *o = &command->option[i];
        table->option[i] =
            (struct option){o->name, o->value != NULL, NULL, o->letter ? o->letter : LONG_ONLY + i};
        if (o->letter) {
            table->letters[at++] = o->letter;
            if (o->value != NULL)
                table->letters[at++] = ':';
        }
    }
    table->option[i] = (struct option){"quiet", 0, NULL, 'q'};
}

static int find_option(const struct ht_command *command, int code) {
    for (int i = 0; command->option != NULL && command->option[i].name != NULL; i++)
        if (code == (command->option[i].letter ? command->option[i].letter : LONG_ONLY + i))
            return i;
    return -1;
}

static enum ht_status bad_option(const struct ht_command *command, int code, char **argv,
                                 struct ht_cause *cause) {
    const char *said = optind > 0 ? argv[optind - 1] : "";
    if (code == ':')
        return ht_fail(cause, HT_USAGE, "%s: option %s needs a value", command->name, said);
    if (optopt != 0 && optopt < LONG_ONLY && said[0] == '-' && said[1] != '-')
        return ht_fail(cause, HT_USAGE, "%s: unknown option -%c", command->name, optopt);
    return ht_fail(cause, HT_USAGE, "%s: unknown option %s", command->name, said);
}

enum ht_status ht_arguments_parse(const struct ht_command *command, int argc, char **argv,
                                  struct ht_arguments *arguments, struct ht_cause *cause) {
    struct table table;
    int code;
    memset(arguments, 0, sizeof *arguments);
    build_table(command, &table);
    optind = 0; /* a second parser in this process: start afresh (GNU) */
    opterr = 0;
    while ((code = getopt_long(argc, argv, table.letters, table.option, NULL)) != -1) {
        int option = code != '?' && code != ':' ? find_option(command, code) : -1;
        if (option >= 0)
            arguments->value[option] = command->option[option].value != NULL ? optarg : "";
        else if (code == 'q')
            arguments->quiet = 1;
        else
            return bad_option(command, code, argv, cause);
    }
    arguments->operand = argv + optind;
    arguments->operands = argc - optind;
    if (arguments->operands < command->operands_min)
        return ht_fail(cause, HT_USAGE, "%s: %s is missing (usage: hitm-analyze %s %s)", command->name,
                       command->operands, command->name, command->operands);
    if (arguments->operands > command->operands_max)
        return ht_fail(cause, HT_USAGE, "%s: too many arguments from '%s' on (usage: hitm-analyze %s %s)",
                       command->name, arguments->operand[command->operands_max], command->name,
                       command->operands);
    return HT_OK;
}

enum ht_status ht_argument_number(const struct ht_command *command, const struct ht_arguments *arguments,
                                  int option, long low, long high, long *number, struct ht_cause *cause) {
    const char *text = arguments->value[option];
    char *end;
    if (text == NULL)
        return HT_OK;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < low || value > high)
        return ht_fail(cause, HT_USAGE, "%s: --%s takes a whole number from %ld to %ld, not '%s'",
                       command->name, command->option[option].name, low, high, text);
    *number = value;
    return HT_OK;
}

enum ht_status ht_argument_output(const struct ht_command *command, const char *input, const char *what,
                                  const char *output, struct ht_cause *cause) {
    struct stat in, out;
    if (output == NULL || stat(input, &in) != 0 || stat(output, &out) != 0 || in.st_dev != out.st_dev ||
        in.st_ino != out.st_ino)
        return HT_OK;
    return ht_fail(cause, HT_USAGE, "%s: %s is %s itself; it was left alone", command->name, output, what);
}

enum ht_status ht_argument_regular(const struct ht_command *command, const char *output,
                                   struct ht_cause *cause) {
    struct stat there;
    if (stat(output, &there) != 0 || S_ISREG(there.st_mode))
        return HT_OK;
    return ht_fail(cause, HT_EXISTS, "%s: %s is there and is no regular file; it was left alone",
                   command->name, output);
}
