-- The rows of perf c2c's "Shared Cache Line Distribution Pareto": one for each offset and code address of a line.
-- Symbol, file and source line are those of the earliest sample of a row, as perf prints them.
CREATE VIEW c2c_offset AS
SELECT
    capture_id,
    line_id,
    line,
    offset,                   -- bytes from the line's start
    pid,
    code_address,
    symbol,
    -- as perf prints it: the last part of a path, '[JIT] tid PID' for code in anonymous memory, '[name]' for a module
    CASE WHEN path = '//anon' THEN '[JIT] tid ' || code_pid
         WHEN file LIKE '%.ko' OR file LIKE '%.ko.%'
         THEN '[' || replace(substr(file, 1, instr(file, '.ko') - 1), '-', '_') || ']'
         ELSE file END AS dso,
    CASE WHEN source_number > 0
         THEN replace(source_file, rtrim(source_file, replace(source_file, '/', '')), '') || ':' || source_number
    END AS source_line,
    records,                  -- samples
    cpus,                     -- distinct CPUs that sampled it
    rmt_hitm,
    lcl_hitm,
    stores,                   -- store operations, as perf counts them
    st_l1hit,
    st_l1miss,
    st_na,
    CASE WHEN rmt_hitm > 0 THEN rmt_cycles * 1.0 / rmt_hitm END AS mean_rmt_hitm_cycles,
    CASE WHEN lcl_means > 0 THEN lcl_cycles * 1.0 / lcl_means END AS mean_lcl_hitm_cycles
FROM (
    SELECT
        a.capture_id,
        a.line_id,
        printf('0x%x', l.address) AS line,
        a.offset,
        l.pid,
        printf('0x%x', c.code_address) AS code_address,
        -- with a single min() SQLite takes the columns outside of aggregates from the row that has it
        min(a.first_ns) AS first_ns,
        s.name AS symbol,
        d.path,
        replace(d.path, rtrim(d.path, replace(d.path, '/', '')), '') AS file, -- rtrim takes off all that is no '/'
        a.pid AS code_pid,
        c.source_file,
        c.source_line AS source_number,
        sum(a.c2c_records) AS records,
        count(DISTINCT CASE WHEN a.cpu >= 0 THEN a.cpu END) AS cpus,
        sum(a.c2c_rmt_hitm) AS rmt_hitm,
        sum(a.c2c_lcl_hitm) AS lcl_hitm,
        sum(a.stores) AS stores,
        sum(a.c2c_st_l1hit) AS st_l1hit,
        sum(a.c2c_st_l1miss) AS st_l1miss,
        sum(a.c2c_st_na) AS st_na,
        sum(a.c2c_rmt_cycles) AS rmt_cycles,
        sum(a.c2c_lcl_cycles) AS lcl_cycles,
        sum(a.c2c_lcl_means) AS lcl_means
    FROM line_access a
    JOIN cache_line l ON l.capture_id = a.capture_id AND l.line_id = a.line_id
    JOIN code_bytes c ON c.capture_id = a.capture_id AND c.code_id = a.code_id
    LEFT JOIN symbol s ON s.capture_id = c.capture_id AND s.symbol_id = c.symbol_id
    LEFT JOIN dso d ON d.capture_id = c.capture_id AND d.dso_id = c.dso_id
    WHERE l.c2c_rmt_hitm + l.c2c_lcl_hitm + l.c2c_rmt_peer + l.c2c_lcl_peer > 0
    GROUP BY a.capture_id, a.line_id, a.offset, c.code_address
);
