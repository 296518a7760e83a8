-- The lines of perf c2c's "Shared Data Cache Line Table": every line with a HITM or peer transfer, as perf counts.
-- All counts are samples; a sample may be in two of them, as it is in perf (see mem_class for one class a sample).
CREATE VIEW c2c_line AS
SELECT
    capture_id,
    line_id,
    printf('0x%x', address) AS line,     -- virtual address of the line
    pid,                                 -- NULL where perf merges processes: kernel, file and shared memory
    c2c_records AS records,
    c2c_rmt_hitm AS rmt_hitm,
    c2c_lcl_hitm AS lcl_hitm,
    c2c_rmt_hitm + c2c_lcl_hitm AS tot_hitm,
    c2c_rmt_peer AS rmt_peer,
    c2c_lcl_peer AS lcl_peer,
    c2c_stores AS stores,
    c2c_st_l1hit AS st_l1hit,
    c2c_st_l1miss AS st_l1miss,
    c2c_st_na AS st_na,
    c2c_fb AS fb,
    c2c_l1 AS l1,
    c2c_l2 AS l2,
    c2c_llc_hit AS llc_hit,
    c2c_rmt_hit AS rmt_hit,
    c2c_lcl_dram AS lcl_dram,
    c2c_rmt_dram AS rmt_dram,
    c2c_home_node AS home_node           -- NULL where no physical address was sampled
FROM cache_line
WHERE c2c_rmt_hitm + c2c_lcl_hitm + c2c_rmt_peer + c2c_lcl_peer > 0;
