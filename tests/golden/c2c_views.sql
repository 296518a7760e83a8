-- H: rows of c2c_offset that perf does not show, as they have neither HITM nor store.
-- The three c2c views of a database with one capture, each row marked with the letter of c2c_report.awk. As perf,
-- only lines with a thousandth of the HITMs of shared lines.
SELECT 'S', name, value FROM c2c_stats;
CREATE TEMP TABLE shown AS
SELECT * FROM c2c_line WHERE tot_hitm * 1.0 / (SELECT sum(tot_hitm) FROM c2c_line) >= 0.001;
SELECT 'L', line, (SELECT sum(value) FROM c2c_stats WHERE name IN ('Load Local HITM', 'Load Remote HITM')),
    tot_hitm, lcl_hitm, rmt_hitm, records, records - st_l1hit - st_l1miss - st_na, stores, st_l1hit, st_l1miss,
    st_na, fb, l1, l2, llc_hit, lcl_hitm, rmt_hit, rmt_hitm, lcl_dram, rmt_dram, coalesce(home_node, '')
FROM shown;
SELECT CASE WHEN o.rmt_hitm + o.lcl_hitm + o.stores > 0 THEN 'O' ELSE 'H' END, l.line, l.rmt_hitm, l.lcl_hitm, l.st_l1hit, l.st_l1miss, l.st_na,
    o.rmt_hitm, o.lcl_hitm, o.st_l1hit, o.st_l1miss, o.st_na, o.offset, o.code_address,
    coalesce(o.mean_rmt_hitm_cycles, 0), coalesce(o.mean_lcl_hitm_cycles, 0), o.records, o.cpus,
    coalesce(o.symbol, ''), coalesce(o.dso, '[unknown]'), coalesce(o.source_line, '')
FROM c2c_offset o JOIN shown l USING (capture_id, line_id);
