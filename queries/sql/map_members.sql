-- One row per prompt with a place on the map and a conversation in the slice.
-- prompt_group  bigint  number of the first prompt
select distinct prompt_group
from slice
where map_x is not null
order by prompt_group
