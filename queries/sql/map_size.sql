-- One row: how much of the slice is on the map.
-- conversation_count  bigint  conversations in the slice
-- placed_count        bigint  those whose first prompt has a place on the map
-- prompt_count        bigint  different first prompts with a place
select
    count(*) as conversation_count,
    count(map_x) as placed_count,
    count(distinct prompt_group) filter (where map_x is not null) as prompt_count
from slice
