#include "analyze/load/skips.h"

#include "analyze/load/db.h"

enum ht_status ht_skip_note(struct ht_load *load, const char *reason, uint64_t rows, int loses,
                            struct ht_cause *cause) {
    struct ht_insert insert;
    if (rows == 0)
        return HT_OK;
    enum ht_status status = ht_insert_open(load->db, "import_skip", "reason,records,bytes,loses",
                                           load->capture_id, &insert, cause);
    if (status == HT_OK) {
        ht_put_text(&insert, reason);
        ht_put_int(&insert, (int64_t)rows);
        ht_put_int(&insert, 0);
        ht_put_int(&insert, loses);
        status = ht_insert_row(&insert, cause);
    }
    ht_insert_close(&insert);
    return status;
}
