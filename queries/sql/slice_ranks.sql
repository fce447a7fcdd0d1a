-- One row per conversation of the slice: which ones they are, for a search in them.
-- id_rank  integer  place of the id in the order of all ids, from 0
select id_rank from slice
