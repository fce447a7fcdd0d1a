-- One row per search hit ($id_ranks, comma-separated), by id rank.
-- id_rank             integer    rank of the id in the order of all ids, from 0
-- conversation_id     varchar    id, as published
-- model               varchar    model name, as published
-- language            varchar    language, as published
-- turn_count          bigint     number of turns, as published
-- is_flagged          boolean    any message is flagged; null if unknown
-- flagged_categories  varchar[]  categories flagged in any message
select
    id_rank,
    conversation_id,
    model,
    language,
    turn_count,
    is_flagged,
    flagged_categories
from slice
where id_rank in (select unnest(cast('[' || $id_ranks || ']' as integer[])))
order by id_rank
