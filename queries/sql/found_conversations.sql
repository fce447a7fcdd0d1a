-- One row per conversation that a search found, in no order.
-- id_rank             integer    place of the id in the order of all ids, from 0
-- conversation_id     varchar    id as published
-- model               varchar    name as published
-- language            varchar    guess as published
-- turn_count          bigint     turns as published
-- is_flagged          boolean    any message is flagged
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
