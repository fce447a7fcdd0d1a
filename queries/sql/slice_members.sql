-- One row per conversation of the slice: its rank, for searches within the slice.
-- id_rank  integer  rank of the id in the order of all ids, from 0
select id_rank from slice
