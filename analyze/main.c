#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyze/command.h"

static const struct ht_command *const commands[] = {&ht_cmd_report, &ht_cmd_load, &ht_cmd_import,
                                                    &ht_cmd_query,  &ht_cmd_info, &ht_cmd_verify};

#define COMMANDS (sizeof commands / sizeof commands[0])

static void print_help(FILE *out) {
    fprintf(out, "Usage: hitm-analyze COMMAND [OPTION...] ARGUMENT...\n"
                 "Say which cache lines are fought over across sockets, from a capture of "
                 "hitm-record.\n\nCommands:\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-8s %-24s %s\n", commands[i]->name, commands[i]->operands, commands[i]->summary);
    fprintf(out, "\n  hitm-analyze COMMAND --help   the options of a command\n"
                 "  hitm-analyze --version\n\nManual: man hitm-analyze\n");
}

static void print_command_help(const struct ht_command *command) {
    printf("Usage: hitm-analyze %s [OPTION...] %s\n%s\n\nOptions:\n", command->name, command->operands,
           command->summary);
    for (const struct ht_option *o = command->option; o != NULL && o->name != NULL; o++) {
        char left[64];
        snprintf(left, sizeof left, "%c%c%s--%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
                 o->letter ? ", " : "  ", o->name, o->value != NULL ? " " : "",
                 o->value != NULL ? o->value : "");
        printf("  %-31s %s\n", left, o->help);
    }
    printf("  %-31s %s\n", "-q, --quiet", "no word but errors and the result");
}

static const struct ht_command *find_command(const char *name) {
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int wants_help(int argc, char **argv) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0)
            return 1;
    return 0;
}

/* Whoever closed standard output or error must not find our files there: writing to these fails. */
static void reserve_descriptors(void) {
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
            _exit(1);
}

static int finish(enum ht_status status, struct ht_cause *cause) {
    if (status == HT_OK && (fflush(stdout) != 0 || ferror(stdout)))
        status = ht_fail(cause, HT_IO, "cannot write to standard output");
    if (status != HT_OK)
        fprintf(stderr, "hitm-analyze: %s\n", cause->text[0] != '\0' ? cause->text : ht_status_text(status));
    return ht_status_exit_code(status);
}

int main(int argc, char **argv) {
    struct ht_arguments arguments;
    struct ht_cause cause = {{0}};
    reserve_descriptors();
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return finish(HT_OK, &cause);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("hitm-analyze %s\n", HT_TOOL_VERSION);
        return finish(HT_OK, &cause);
    }
    const struct ht_command *command = find_command(argv[1]);
    if (command == NULL) {
        fprintf(stderr, "hitm-analyze: unknown command '%s' (hitm-analyze --help lists them)\n", argv[1]);
        return 2;
    }
    if (wants_help(argc - 1, argv + 1)) {
        print_command_help(command);
        return finish(HT_OK, &cause);
    }
    enum ht_status status = ht_arguments_parse(command, argc - 1, argv + 1, &arguments, &cause);
    if (status == HT_OK)
        status = command->run(&arguments, &cause);
    return finish(status, &cause);
}
