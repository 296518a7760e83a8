#include "analyze/names/address_space.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/names/pieces.h"

#define CPUMODE_KERNEL 1u /* PERF_RECORD_MISC_KERNEL */
#define CPUMODE_USER   2u
#define KSYMBOL_BPF    1u /* PERF_RECORD_KSYMBOL_TYPE_BPF */

/* An address space, shared by the threads that were made in it. */
struct space {
    struct ht_pieces *pieces;
    struct ht_piece_place last; /* that was found */
    unsigned users;
};

struct thread {
    int64_t tid, pid;
    struct space *space; /* NULL: slot is free */
};

#define MAPPINGS_A_BLOCK 1024u

struct ht_spaces {
    struct thread *thread; /* hash by tid, open addressing */
    size_t slots, used;
    struct space *kernel, *ksymbols;
    struct ht_mapping **block; /* mappings never move: callers keep pointers */
    uint32_t mappings, blocks;
};

static struct space *space_new(void) {
    struct space *space = calloc(1, sizeof *space);
    struct ht_pieces *pieces = ht_pieces_new();
    if (space == NULL || pieces == NULL) {
        free(space);
        ht_pieces_release(pieces);
        return NULL;
    }
    space->users = 1;
    space->pieces = pieces;
    return space;
}

static void space_release(struct space *space) {
    if (space == NULL || --space->users > 0)
        return;
    ht_pieces_release(space->pieces);
    free(space);
}

enum ht_status ht_spaces_new(struct ht_spaces **spaces) {
    struct ht_spaces *s = calloc(1, sizeof *s);
    if (s != NULL) {
        s->kernel = space_new();
        s->ksymbols = space_new();
    }
    if (s == NULL || s->kernel == NULL || s->ksymbols == NULL) {
        ht_spaces_free(s);
        return HT_NOMEM;
    }
    *spaces = s;
    return HT_OK;
}

void ht_spaces_free(struct ht_spaces *spaces) {
    if (spaces == NULL)
        return;
    for (size_t i = 0; i < spaces->slots; i++)
        space_release(spaces->thread[i].space);
    space_release(spaces->kernel);
    space_release(spaces->ksymbols);
    for (uint32_t i = 0; i < spaces->mappings; i++)
        free((char *)spaces->block[i / MAPPINGS_A_BLOCK][i % MAPPINGS_A_BLOCK].file);
    for (uint32_t i = 0; i < spaces->blocks; i++)
        free(spaces->block[i]);
    free(spaces->block);
    free(spaces->thread);
    free(spaces);
}

static struct thread *slot_of(struct thread *thread, size_t slots, int64_t tid) {
    size_t h = ((uint64_t)tid * 0x9e3779b97f4a7c15u >> 32) & (slots - 1);
    while (thread[h].space != NULL && thread[h].tid != tid)
        h = (h + 1) & (slots - 1);
    return &thread[h];
}

static struct thread *find_thread(struct ht_spaces *spaces, int64_t tid) {
    if (spaces->slots == 0)
        return NULL;
    struct thread *t = slot_of(spaces->thread, spaces->slots, tid);
    return t->space != NULL ? t : NULL;
}

static enum ht_status grow_threads(struct ht_spaces *spaces) {
    size_t slots = spaces->slots == 0 ? 64 : spaces->slots * 2;
    struct thread *grown = calloc(slots, sizeof *grown);
    if (grown == NULL)
        return HT_NOMEM;
    for (size_t i = 0; i < spaces->slots; i++)
        if (spaces->thread[i].space != NULL)
            *slot_of(grown, slots, spaces->thread[i].tid) = spaces->thread[i];
    free(spaces->thread);
    spaces->thread = grown;
    spaces->slots = slots;
    return HT_OK;
}

/* Puts a thread into its slot in place of what is there; takes over one use of the space. */
static enum ht_status put_thread(struct ht_spaces *spaces, int64_t pid, int64_t tid, struct space *space) {
    if (spaces->used * 2 >= spaces->slots && grow_threads(spaces) != HT_OK)
        return HT_NOMEM;
    struct thread *t = slot_of(spaces->thread, spaces->slots, tid);
    if (t->space == NULL)
        spaces->used++;
    space_release(t->space);
    *t = (struct thread){.tid = tid, .pid = pid, .space = space};
    return HT_OK;
}

/* A new thread, in place of one that had the tid: a leader gets a space of its own, others share their
 * leader's. */
static enum ht_status make_thread(struct ht_spaces *spaces, int64_t pid, int64_t tid) {
    struct space *space;
    enum ht_status status = HT_OK;
    if (pid == tid || pid == -1) {
        space = space_new();
    } else {
        if (find_thread(spaces, pid) == NULL)
            status = make_thread(spaces, pid, pid);
        if (status != HT_OK)
            return status;
        space = find_thread(spaces, pid)->space;
        space->users++;
    }
    if (space == NULL)
        return HT_NOMEM;
    status = put_thread(spaces, pid, tid, space);
    if (status != HT_OK)
        space_release(space);
    return status;
}

/* The thread of a tid; the pid matters where it is new or had none. The pointer holds until another is made.
 */
static enum ht_status get_thread(struct ht_spaces *spaces, int64_t pid, int64_t tid, struct thread **thread) {
    enum ht_status status = HT_OK;
    *thread = find_thread(spaces, tid);
    if (*thread == NULL || ((*thread)->pid == -1 && pid != -1)) {
        status = make_thread(spaces, pid, tid);
        *thread = find_thread(spaces, tid);
    }
    return status;
}

static enum ht_status new_mapping(struct ht_spaces *spaces, struct ht_mapping **mapping) {
    if (spaces->mappings == spaces->blocks * MAPPINGS_A_BLOCK) {
        struct ht_mapping **grown = realloc(spaces->block, (spaces->blocks + 1) * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        spaces->block = grown;
        grown[spaces->blocks] = calloc(MAPPINGS_A_BLOCK, sizeof **grown);
        if (grown[spaces->blocks] == NULL)
            return HT_NOMEM;
        spaces->blocks++;
    }
    *mapping = &spaces->block[spaces->mappings / MAPPINGS_A_BLOCK][spaces->mappings % MAPPINGS_A_BLOCK];
    return HT_OK;
}

static enum ht_status read_mapping(const struct ht_table *t, uint32_t row, struct ht_mapping *m) {
    struct ht_bytes file = ht_table_bytes(t, HT_MMAP_FILE, row);
    struct ht_bytes build_id = ht_table_bytes(t, HT_MMAP_BUILD_ID, row);
    char *name = strndup(file.data, file.length);
    if (name == NULL)
        return HT_NOMEM;
    m->file = name;
    m->time_ns = ht_table_u64(t, HT_MMAP_TIME, row);
    m->source = (uint8_t)ht_table_u64(t, HT_MMAP_SOURCE, row);
    m->cpumode = (uint8_t)ht_table_u64(t, HT_MMAP_CPUMODE, row);
    m->is_data = ht_table_u64(t, HT_MMAP_DATA, row) != 0;
    m->pid = ht_table_i64(t, HT_MMAP_PID, row);
    m->tid = ht_table_i64(t, HT_MMAP_TID, row);
    m->start = ht_table_u64(t, HT_MMAP_START, row);
    m->length = ht_table_u64(t, HT_MMAP_LENGTH, row);
    m->pgoff = ht_table_u64(t, HT_MMAP_PGOFF, row);
    m->major = (uint32_t)ht_table_u64(t, HT_MMAP_MAJOR, row);
    m->minor = (uint32_t)ht_table_u64(t, HT_MMAP_MINOR, row);
    m->inode = ht_table_u64(t, HT_MMAP_INODE, row);
    m->generation = ht_table_u64(t, HT_MMAP_GENERATION, row);
    m->prot = (uint32_t)ht_table_u64(t, HT_MMAP_PROT, row);
    m->flags = (uint32_t)ht_table_u64(t, HT_MMAP_FLAGS, row);
    if (build_id.length <= sizeof m->build_id) {
        memcpy(m->build_id, build_id.data, build_id.length);
        m->build_id_bytes = (uint8_t)build_id.length;
    }
    return HT_OK;
}

enum ht_status ht_spaces_mmap(struct ht_spaces *spaces, const struct ht_table *mmap, uint32_t row) {
    struct ht_mapping *mapping;
    enum ht_status status = new_mapping(spaces, &mapping);
    if (status != HT_OK)
        return status;
    status = read_mapping(mmap, row, mapping);
    if (status != HT_OK)
        return status;
    mapping->id = spaces->mappings++;
    uint64_t end = mapping->start + mapping->length;
    if (end < mapping->start)
        end = UINT64_MAX;
    if (end == mapping->start)
        return HT_OK;
    struct space *space = spaces->kernel;
    if (mapping->cpumode != CPUMODE_KERNEL) {
        struct thread *thread;
        if ((status = get_thread(spaces, mapping->pid, mapping->tid, &thread)) != HT_OK)
            return status;
        space = thread->space;
    }
    return ht_pieces_put(&space->pieces, (struct ht_piece){mapping->start, end, mapping});
}

/* The code that a row names; its end is behind it, at most the last address. */
static enum ht_status read_ksymbol(struct ht_spaces *spaces, const struct ht_table *t, uint32_t row,
                                   struct ht_mapping **mapping) {
    struct ht_bytes name = ht_table_bytes(t, HT_KSYMBOL_NAME, row);
    enum ht_status status = new_mapping(spaces, mapping);
    if (status != HT_OK)
        return status;
    struct ht_mapping *m = *mapping;
    m->file = strndup(name.data, name.length);
    if (m->file == NULL)
        return HT_NOMEM;
    m->id = spaces->mappings++;
    m->time_ns = ht_table_u64(t, HT_KSYMBOL_TIME, row);
    m->source = HT_MMAP_SOURCE_MMAP;
    m->cpumode = CPUMODE_KERNEL;
    m->ksymbol = ht_table_u64(t, HT_KSYMBOL_TYPE, row) == KSYMBOL_BPF ? HT_KSYMBOL_OF_BPF : HT_KSYMBOL_OTHER;
    m->pid = m->tid = -1;
    m->start = ht_table_u64(t, HT_KSYMBOL_ADDRESS, row);
    m->length = ht_table_u64(t, HT_KSYMBOL_LENGTH, row);
    if (m->length > UINT64_MAX - m->start)
        m->length = UINT64_MAX - m->start;
    return HT_OK;
}

/* From now on the code of a row is there (there 1), or nothing is. */
static enum ht_status put_ksymbol(struct ht_spaces *spaces, const struct ht_table *t, uint32_t row,
                                  int there) {
    uint64_t start = ht_table_u64(t, HT_KSYMBOL_ADDRESS, row),
             length = ht_table_u64(t, HT_KSYMBOL_LENGTH, row);
    struct ht_mapping *mapping = NULL;
    enum ht_status status = HT_OK;
    if (length > UINT64_MAX - start)
        length = UINT64_MAX - start;
    if (length == 0)
        return HT_OK;
    if (there)
        status = read_ksymbol(spaces, t, row, &mapping);
    return status != HT_OK
               ? status
               : ht_pieces_put(&spaces->ksymbols->pieces, (struct ht_piece){start, start + length, mapping});
}

enum ht_status ht_spaces_ksymbol(struct ht_spaces *spaces, const struct ht_table *t, uint32_t row) {
    return put_ksymbol(spaces, t, row, ht_table_u64(t, HT_KSYMBOL_REGISTERED, row) != 0);
}

enum ht_status ht_spaces_ksymbol_before(struct ht_spaces *spaces, const struct ht_table *t, uint32_t row) {
    struct space *space = spaces->ksymbols;
    if (ht_pieces_find(space->pieces, ht_table_u64(t, HT_KSYMBOL_ADDRESS, row), &space->last) != NULL)
        return HT_OK; /* an earlier row said it */
    return put_ksymbol(spaces, t, row, ht_table_u64(t, HT_KSYMBOL_REGISTERED, row) == 0);
}

const struct ht_mapping *ht_spaces_find_ksymbol(struct ht_spaces *spaces, uint64_t address) {
    struct space *space = spaces->ksymbols;
    const struct ht_piece *piece = ht_pieces_find(space->pieces, address, &space->last);
    return piece != NULL ? piece->mapping : NULL;
}

/* The child starts with what its parent has mapped now. */
static void clone_space(struct space *child, const struct space *parent) {
    struct ht_pieces *old = child->pieces;
    child->pieces = ht_pieces_share(parent->pieces);
    ht_pieces_release(old);
}

enum ht_status ht_spaces_task(struct ht_spaces *spaces, const struct ht_table *task, uint32_t row) {
    int64_t pid = ht_table_i64(task, HT_TASK_PID, row), ppid = ht_table_i64(task, HT_TASK_PPID, row);
    int64_t tid = ht_table_i64(task, HT_TASK_TID, row), ptid = ht_table_i64(task, HT_TASK_PTID, row);
    struct thread *parent, *child;
    if (ht_table_u64(task, HT_TASK_KIND, row) != HT_TASK_KIND_FORK)
        return HT_OK;
    enum ht_status status = get_thread(spaces, ppid, ptid, &parent);
    if (status == HT_OK && parent->pid != ppid)
        status = make_thread(spaces, ppid, ptid); /* its exit or its fork was lost */
    if (status == HT_OK)
        status = make_thread(spaces, pid, tid);
    if (status != HT_OK)
        return status;
    parent = find_thread(spaces, ptid); /* the hash may have grown */
    child = find_thread(spaces, tid);
    if (pid != ppid && child->space != parent->space)
        clone_space(child->space, parent->space);
    return HT_OK;
}

/* The space to ask; NULL where the mode has none, or there is no memory for a thread that is new. */
static struct space *space_of(struct ht_spaces *spaces, unsigned cpumode, int64_t pid, int64_t tid) {
    struct thread *thread;
    if (cpumode == CPUMODE_KERNEL)
        return spaces->kernel;
    if (cpumode != CPUMODE_USER || get_thread(spaces, pid, tid, &thread) != HT_OK)
        return NULL;
    return thread->space;
}

const struct ht_mapping *ht_spaces_find(struct ht_spaces *spaces, unsigned cpumode, int64_t pid, int64_t tid,
                                        uint64_t address) {
    struct space *space = space_of(spaces, cpumode, pid, tid);
    const struct ht_piece *piece =
        space != NULL ? ht_pieces_find(space->pieces, address, &space->last) : NULL;
    return piece != NULL ? piece->mapping : NULL;
}

int64_t ht_spaces_pid(struct ht_spaces *spaces, int64_t pid, int64_t tid) {
    struct thread *thread;
    return get_thread(spaces, pid, tid, &thread) == HT_OK ? thread->pid : pid;
}

int ht_mapping_is_file(const struct ht_mapping *mapping) {
    static const char *const pseudo[] = {"//anon", "/dev/zero", "/anon_hugepage",
                                         "/SYSV",  "/memfd:",   "/dev/shm/"};
    if (mapping->file[0] != '/')
        return 0;
    for (size_t i = 0; i < sizeof pseudo / sizeof pseudo[0]; i++)
        if (strncmp(mapping->file, pseudo[i], strlen(pseudo[i])) == 0)
            return 0;
    return 1;
}

const struct ht_mapping *ht_spaces_bss_file(struct ht_spaces *spaces, int64_t pid, int64_t tid,
                                            uint64_t address) {
    struct space *space = space_of(spaces, CPUMODE_USER, pid, tid);
    struct ht_piece_place place = {0, 0};
    const struct ht_piece *piece = space != NULL ? ht_pieces_find(space->pieces, address, &place) : NULL;
    if (piece == NULL || ht_mapping_is_file(piece->mapping))
        return NULL;
    /* The kernel splits .bss into at most a private mapping and the heap behind it. */
    for (int back = 0; back < 2; back++) {
        const struct ht_piece *before = ht_pieces_before(space->pieces, &place);
        if (before == NULL || before->end != piece->start)
            return NULL;
        if (ht_mapping_is_file(before->mapping))
            return before->mapping;
        piece = before;
    }
    return NULL;
}

uint32_t ht_spaces_count(const struct ht_spaces *spaces) {
    return spaces->mappings;
}

const struct ht_mapping *ht_spaces_mapping(const struct ht_spaces *spaces, uint32_t id) {
    return id < spaces->mappings ? &spaces->block[id / MAPPINGS_A_BLOCK][id % MAPPINGS_A_BLOCK] : NULL;
}
