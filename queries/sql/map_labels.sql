-- One row per topic, and one per subtopic, with a place on the map: where its label stands.
-- topic         varchar  number and label of the topic
-- subtopic      varchar  number and label of the subtopic; null in the row of the topic
-- prompt_count  bigint   prompts with a place
-- map_x         integer  median of their places, from left to right, 0 to 65,535
-- map_y         integer  median of their places, from bottom to top, 0 to 65,535
with prompts as (
    select
        topic,
        subtopic,
        prompt_group,
        min(map_x) as place_x,
        min(map_y) as place_y
    from slice
    where topic is not null and map_x is not null
    group by topic, subtopic, prompt_group
)

select
    topic,
    subtopic,
    count(*) as prompt_count,
    median(place_x)::integer as map_x,
    median(place_y)::integer as map_y
from prompts
group by grouping sets ((topic), (topic, subtopic))
having grouping(subtopic) = 1 or subtopic is not null
order by prompt_count desc, topic, subtopic nulls first
