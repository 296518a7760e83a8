/* Names from real binaries: compiled here, and run, so that the offsets asked for come from the kernel's
 * mappings and the program itself, not from our reading of ELF. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/names/elf_file.h"
#include "analyze/names/local_source.h"
#include "analyze/names/resolve.h"

#define PLACES_MAX 16
#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))
#define ADD_LINE   9 /* of `return x + step` */

/* Prints KIND NAME OFFSET for its own parts; offset as a sample has it: address - map start + pgoff, and for
 * .bss in terms of the file mapping right before. */
static const char program[] =
    "#include <stdio.h>\n"
    "#include <stdint.h>\n"
    "#include <string.h>\n"
    "int counter_data = 5;\n"
    "int counter_bss[8192];\n"
    "static volatile long step = 1;\n"
    "const int table_ro[64] = {1};\n"
    "__attribute__((noinline)) long add_step(long x) {\n"
    "    return x + step;\n"
    "}\n"
    "long add_alias(long) __attribute__((weak, alias(\"add_step\")));\n"
    "static void place(char kind, const char *name, const void *p) {\n"
    "    unsigned long start, end, pgoff, inode, fstart = 0, fend = 0, fpgoff = 0, low, a = (unsigned "
    "long)p;\n"
    "    char line[4096];\n"
    "    FILE *maps = fopen(\"/proc/self/maps\", \"r\");\n"
    "    while (fgets(line, sizeof line, maps)) {\n"
    "        sscanf(line, \"%lx-%lx %*s %lx %*s %lu\", &start, &end, &pgoff, &inode);\n"
    "        low = start;\n"
    "        if (inode == 0 && start == fend) { start = fstart; pgoff = fpgoff; }\n"
    "        else { fstart = start; fend = end; fpgoff = pgoff; }\n"
    "        if (a >= low && a < end) printf(\"%c %s %lx\\n\", kind, name, a - start + pgoff);\n"
    "    }\n"
    "    fclose(maps);\n"
    "}\n"
    "int main(void) {\n"
    "    place('c', \"add_step\", (void *)((char *)add_step + (add_step(0) > 0)));\n"
    "    place('d', \"counter_data\", &counter_data);\n"
    "    place('d', \"counter_bss\", &counter_bss[8000]);\n"
    "    place('d', \"step\", (void *)&step);\n"
    "    place('d', \"table_ro\", &table_ro[63]);\n"
    "    return 0;\n"
    "}\n";

struct place {
    char kind, name[32];
    uint64_t offset;
};

static char dir[] = "/tmp/hitm-names-XXXXXX";

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...) {
    char command[2048];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(command, sizeof command, format, args);
    va_end(args);
    assert_in_range(length, 1, sizeof command - 1);
    if (system(command) != 0)
        fail_msg("failed: %s", command);
}

static int setup(void **state) {
    (void)state;
    char path[256];
    if (mkdtemp(dir) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/prog.c", dir);
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(program, file) < 0 || fclose(file) != 0)
        return -1;
    return 0;
}

static int teardown(void **state) {
    (void)state;
    run("rm -rf %s", dir);
    return 0;
}

/* Builds DIR/name with flags, runs it, and returns its places. */
static size_t build(const char *name, const char *flags, char path[256], struct place places[PLACES_MAX]) {
    char command[512];
    snprintf(path, 256, "%s/%s", dir, name);
    run("gcc -O1 -g -Wl,--build-id -o %s %s/prog.c %s", path, dir, flags);
    snprintf(command, sizeof command, "%s", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t count = 0;
    while (count < PLACES_MAX &&
           fscanf(pipe, " %c %31s %lx", &places[count].kind, places[count].name, &places[count].offset) == 3)
        count++;
    assert_int_equal(pclose(pipe), 0);
    assert_int_equal(count, 5);
    return count;
}

static void file_build_id(const char *path, struct ht_hit_file *hit) {
    struct ht_elf *elf;
    struct ht_cause cause = {0};
    assert_int_equal(ht_elf_open(path, &elf, &cause), HT_OK);
    assert_int_equal(elf->build_id_bytes, 20);
    memcpy(hit->build_id, elf->build_id, 20);
    hit->build_id_bytes = 20;
    ht_elf_free(elf);
}

/* Resolves the places of path. */
static void resolve(const char *path, const char *symfs, const uint8_t *build_id, const struct place *places,
                    size_t count, struct ht_name_tables *names) {
    uint64_t code[2 * PLACES_MAX], data[PLACES_MAX];
    struct ht_hit_file hit = {.path = path, .code = code, .data = data};
    struct ht_cause cause = {0};
    for (size_t i = 0; i < count; i++) {
        if (places[i].kind == 'c')
            for (int twice = 0; twice < 2; twice++) /* duplicates are allowed */
                code[hit.codes++] = places[i].offset;
        else
            data[hit.datas++] = places[i].offset;
    }
    if (build_id != NULL) {
        memcpy(hit.build_id, build_id, 20);
        hit.build_id_bytes = 20;
    }
    assert_int_equal(ht_resolve_file(&hit, 7, symfs, names, &cause), HT_OK);
    assert_int_equal(names->dso.rows, 1);
    assert_int_equal(ht_table_u64(&names->dso, HT_DSO_DSO, 0), 7);
}

static int state_of(const struct ht_name_tables *names) {
    return (int)ht_table_u64(&names->dso, HT_DSO_STATE, 0);
}

static int has_symbol(const struct ht_name_tables *names, const struct place *place) {
    const struct ht_table *t = &names->symbol;
    for (uint32_t row = 0; row < t->rows; row++) {
        char name[64];
        uint64_t start = ht_table_u64(t, HT_SYMBOL_START, row), bytes = ht_table_u64(t, HT_SYMBOL_BYTES, row);
        ht_table_copy_text(t, HT_SYMBOL_NAME, row, name, sizeof name);
        if (strcmp(name, place->name) == 0 && place->offset >= start && place->offset - start < bytes &&
            ht_table_u64(t, HT_SYMBOL_KIND, row) == (place->kind == 'd'))
            return 1;
    }
    return 0;
}

static void assert_line(const struct ht_table *lines) {
    char file[256], expected[256];
    assert_int_equal(lines->rows, 1);
    assert_int_equal(ht_table_u64(lines, HT_SOURCE_LINE_DSO, 0), 7);
    assert_in_range(ht_table_u64(lines, HT_SOURCE_LINE_LINE, 0), ADD_LINE - 1, ADD_LINE);
    ht_table_copy_text(lines, HT_SOURCE_LINE_FILE, 0, file, sizeof file);
    snprintf(expected, sizeof expected, "%s/prog.c", dir);
    assert_string_equal(file, expected);
}

static void test_kinds_of_binary(void **state) {
    (void)state;
    static const struct {
        int line;
        const char *name, *flags;
    } rows[] = {
        {__LINE__, "static", "-static"},
        {__LINE__, "exec", "-no-pie"},
        {__LINE__, "pie", "-pie -fPIE"},
        {__LINE__, "static-pie", "-static-pie -fPIE"},
        {__LINE__, "packed", "-pie -fPIE -Wl,-z,noseparate-code"},
        {__LINE__, "zdebug", "-pie -fPIE -gz"},
        {__LINE__, "dwarf4", "-pie -fPIE -gdwarf-4"},
        {__LINE__, "sections", "-pie -fPIE -ffunction-sections -Wl,--gc-sections"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char path[256];
        struct place places[PLACES_MAX];
        struct ht_name_tables names = {0};
        size_t count = build(rows[i].name, rows[i].flags, path, places);
        resolve(path, NULL, NULL, places, count, &names);
        assert_int_equal(state_of(&names), HT_DSO_READ);
        for (size_t p = 0; p < count; p++)
            if (!has_symbol(&names, &places[p]))
                fail_msg("row of line %d: no %s at 0x%lx", rows[i].line, places[p].name, places[p].offset);
        assert_int_equal(names.symbol.rows, count);
        assert_int_equal(names.code.rows, 1);
        assert_int_equal(ht_table_bytes(&names.code, HT_CODE_BYTES, 0).length, HT_CODE_BYTES_MAX);
        assert_line(&names.source_line);
        ht_name_tables_free(&names);
    }
}

/* .dynsym has the exported names only; without any symbol the code is still there. */
static void test_stripped(void **state) {
    (void)state;
    char path[256];
    struct place places[PLACES_MAX];
    struct ht_name_tables names = {0};
    size_t count = build("dynsym", "-pie -fPIE -rdynamic -s", path, places);
    resolve(path, NULL, NULL, places, count, &names);
    assert_int_equal(state_of(&names), HT_DSO_READ);
    assert_int_equal(names.symbol.rows, count - 1);
    for (size_t p = 0; p < count; p++)
        assert_int_equal(has_symbol(&names, &places[p]), strcmp(places[p].name, "step") != 0);
    assert_int_equal(names.source_line.rows, 0);
    ht_name_tables_free(&names);

    count = build("none", "-static -s", path, places);
    resolve(path, NULL, NULL, places, count, &names);
    assert_int_equal(state_of(&names), HT_DSO_NO_SYMBOLS);
    assert_int_equal(names.symbol.rows, 0);
    assert_int_equal(names.code.rows, 1);
    ht_name_tables_free(&names);
}

static void test_debug_file(void **state) {
    (void)state;
    char path[256], symfs[64], id[64] = "";
    struct place places[PLACES_MAX];
    struct ht_name_tables names = {0};
    struct ht_hit_file hit = {0};
    size_t count = build("split", "-pie -fPIE", path, places);
    file_build_id(path, &hit);
    for (int i = 0; i < 20; i++)
        snprintf(id + strlen(id), sizeof id - strlen(id), i == 0 ? "%02x/" : "%02x", hit.build_id[i]);
    snprintf(symfs, sizeof symfs, "%s/root", dir);
    run("mkdir -p %s/usr/lib/debug/.build-id/%.2s %s/opt", symfs, id, symfs);
    run("objcopy --only-keep-debug %s %s/usr/lib/debug/.build-id/%s.debug", path, symfs, id);
    run("strip -o %s/opt/split %s", symfs, path);

    resolve("/opt/split", symfs, hit.build_id, places, count, &names);
    assert_int_equal(state_of(&names), HT_DSO_READ);
    for (size_t p = 0; p < count; p++)
        assert_true(has_symbol(&names, &places[p]));
    assert_line(&names.source_line);
    ht_name_tables_free(&names);

    resolve("/elsewhere/split (deleted)", symfs, hit.build_id, places, count, &names);
    assert_int_equal(state_of(&names), HT_DSO_MISSING); /* not in root/, only in root/opt/ */
    ht_name_tables_free(&names);
    run("mv %s/opt/split %s/split", symfs, symfs);
    resolve("/elsewhere/split (deleted)", symfs, hit.build_id, places, count, &names);
    assert_int_equal(state_of(&names), HT_DSO_READ);
    assert_line(&names.source_line);
    ht_name_tables_free(&names);
}

static void test_not_believed(void **state) {
    (void)state;
    char path[256];
    uint8_t other[20] = {1, 2, 3};
    uint64_t code = 0x1000;
    struct place places[PLACES_MAX];
    struct ht_name_tables names = {0};
    struct ht_cause cause = {0};
    static const char *const missing[] = {
        "/nowhere/at/all", "[vdso]", "//anon", "", "relative", "/tmp/../etc/passwd", "/dev/zero (deleted)"};
    size_t count = build("mismatch", "-pie -fPIE", path, places);
    resolve(path, NULL, other, places, count, &names);
    assert_int_equal(state_of(&names), HT_DSO_CHANGED);
    assert_int_equal(names.symbol.rows + names.code.rows + names.source_line.rows, 0);
    ht_name_tables_free(&names);

    struct ht_hit_file hit = {.path = path, .inode = 1, .code = &code, .codes = 1};
    assert_int_equal(ht_resolve_file(&hit, 0, NULL, &names, &cause), HT_OK);
    assert_int_equal(state_of(&names), HT_DSO_CHANGED);
    assert_int_equal(names.code.rows, 0);
    ht_name_tables_free(&names);

    for (size_t i = 0; i < COUNT(missing); i++) {
        resolve(missing[i], NULL, NULL, places, count, &names);
        assert_int_equal(state_of(&names), HT_DSO_MISSING);
        ht_name_tables_free(&names);
    }
    static const char *const other_kinds[] = {"/etc/passwd", "/dev/zero", "/tmp"};
    for (size_t i = 0; i < COUNT(other_kinds); i++) {
        resolve(other_kinds[i], NULL, NULL, places, count, &names);
        assert_int_equal(state_of(&names), HT_DSO_NO_SYMBOLS);
        assert_int_equal(names.symbol.rows + names.code.rows, 0);
        ht_name_tables_free(&names);
    }
}

static void test_local_source(void **state) {
    (void)state;
    char path[256];
    struct place places[PLACES_MAX];
    struct ht_table lines;
    struct ht_cause cause = {0};
    build("local", "-pie -fPIE", path, places);
    struct ht_hit_file hit = {.path = path, .code = &places[0].offset, .codes = 1};
    ht_table_init(&lines, HT_CHUNK_SOURCE_LINE);
    assert_int_equal(ht_local_source(&hit, 7, NULL, &lines, &cause), HT_OK);
    assert_int_equal(lines.rows, 0); /* no build id: whose file is it? */
    file_build_id(path, &hit);
    assert_int_equal(ht_local_source(&hit, 7, NULL, &lines, &cause), HT_OK);
    assert_line(&lines);
    hit.build_id[19] ^= 1;
    assert_int_equal(ht_local_source(&hit, 7, NULL, &lines, &cause), HT_OK);
    assert_int_equal(lines.rows, 1);
    ht_table_free(&lines);
}

static void test_plt(void **state) {
    (void)state;
    static const char *const flags[] = {"-pie -fPIE -z lazy -fcf-protection=none",
                                        "-pie -fPIE -z lazy -fcf-protection=full -Wl,-z,ibtplt"};
    for (size_t f = 0; f < COUNT(flags); f++) {
        char path[256], command[600], name[64];
        unsigned long address = 0;
        struct place places[PLACES_MAX];
        struct ht_name_tables names = {0};
        build("plt", flags[f], path, places);
        snprintf(command, sizeof command,
                 "objdump -d --section=.plt --section=.plt.sec %s | grep '<fopen@plt>:'", path);
        FILE *pipe = popen(command, "r");
        assert_non_null(pipe);
        assert_int_equal(fscanf(pipe, "%lx", &address), 1);
        pclose(pipe);
        /* in the first executable segment of a PIE, address and offset are the same */
        struct place fopen_plt = {'c', "fopen@plt", address + 5};
        resolve(path, NULL, NULL, &fopen_plt, 1, &names);
        ht_table_copy_text(&names.symbol, HT_SYMBOL_NAME, 0, name, sizeof name);
        assert_string_equal(name, "fopen@plt");
        assert_true(has_symbol(&names, &fopen_plt));
        ht_name_tables_free(&names);
    }
}

/* Damage: any result, but no crash and no hang. */
static void test_flipped(void **state) {
    (void)state;
    char path[256], broken[280];
    struct place places[PLACES_MAX];
    size_t count = build("fuzzed", "-pie -fPIE", path, places);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t *image = malloc(1 << 20), *copy = malloc(1 << 20);
    size_t bytes = fread(image, 1, 1 << 20, file);
    fclose(file);
    const char *wanted = getenv("NAMES_FUZZ_ROUNDS");
    long rounds = wanted != NULL ? atol(wanted) : 300;
    uint32_t seed = wanted != NULL ? (uint32_t)getpid() : 1;
    snprintf(broken, sizeof broken, "%s.broken", path);
    for (long round = 0; round < rounds; round++) {
        struct ht_name_tables names = {0};
        memcpy(copy, image, bytes);
        size_t length = bytes;
        for (int flips = 0; flips < 1 + round % 40; flips++) {
            seed = seed * 1664525 + 1013904223;
            size_t at = (seed >> 4) % (round % 4 == 0 ? 1024 : bytes); /* headers more often */
            seed = seed * 1664525 + 1013904223;
            copy[at] = round % 3 == 0 ? (uint8_t)(seed >> 13) : copy[at] ^ (uint8_t)(1u << (seed >> 29));
        }
        if (round % 7 == 0)
            length = seed % bytes;
        file = fopen(broken, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(copy, 1, length, file), length);
        fclose(file);
        resolve(broken, NULL, NULL, places, count, &names);
        ht_name_tables_free(&names);
    }
    free(image);
    free(copy);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_of_binary), cmocka_unit_test(test_stripped),
        cmocka_unit_test(test_debug_file),      cmocka_unit_test(test_not_believed),
        cmocka_unit_test(test_local_source),    cmocka_unit_test(test_plt),
        cmocka_unit_test(test_flipped),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
