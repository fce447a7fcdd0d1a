-- One row per prompt of the slice with a place on the map, if its first conversation is in it.
-- prompt_group  bigint   number of the first prompt
-- map_x         integer  from left to right, 0 to 65,535
-- map_y         integer  from bottom to top, 0 to 65,535
select
    prompt_group,
    map_x::integer as map_x,
    map_y::integer as map_y
from slice
where is_first_of_prompt and map_x is not null
order by prompt_group
