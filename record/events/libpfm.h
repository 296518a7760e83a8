/* libpfm4 behind one function: the code of an event by the vendor's name, for any CPU of its tables, not only
 * the one it runs on. Only this module uses the library. Its word is not the last: the caller sets type and
 * precise_ip, and knows codes that it has wrong. Used before the window, by one thread. */
#ifndef HT_RECORD_EVENTS_LIBPFM_H
#define HT_RECORD_EVENTS_LIBPFM_H

#include "record/events/pmu.h"

/* event: "skx::MEM_LOAD_L3_MISS_RETIRED:REMOTE_HITM". NOT_FOUND: this libpfm4 has no such PMU or event. The
 * first call initialises the library. The environment's LIBPFM_FORCE_PMU leaves it that PMU
 * alone, none where it has no such. */
enum ht_status ht_libpfm_encode(const char *event, struct ht_pmu_code *code, struct ht_cause *cause);

/* Forgets all: the next call initialises it again. */
void ht_libpfm_close(void);

#endif
