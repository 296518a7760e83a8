-- What do the numbers in mem_sample.class mean? One class a sample, see analyze/load/data_source.h.
-- Class 6 is another node's cache, perhaps of the same socket; 7 is said only where that is excluded.
CREATE VIEW mem_class AS
SELECT column1 AS class, column2 AS name FROM (VALUES
    (0, 'not a memory access'), (1, 'L1'), (2, 'L2'), (3, 'fill buffer'), (4, 'L3'),
    (5, 'other core, same node'), (6, 'other node''s cache'), (7, 'other socket''s cache'),
    (8, 'other cache, distance not told'), (9, 'local memory'), (10, 'remote memory'), (11, 'extension memory'),
    (12, 'uncached or I/O'), (13, 'miss, source not told'), (14, 'store, L1 hit'), (15, 'store, L1 miss'),
    (16, 'store, level not told'), (17, 'level not told'),
    (18, 'remote, cache or memory not told'));
