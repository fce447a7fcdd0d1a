-- One row per example: the first prompts of the slice nearest to and farthest from each topic.
-- topic               varchar  number and label
-- kind                varchar  typical or borderline
-- place               bigint   1 for the nearest, or for the farthest
-- conversation_id     varchar  one conversation for each first prompt
-- topic_distance      double   cosine distance from the centre of the topic, 0 to 2
-- opening             varchar  the beginning of the first prompt
-- is_flagged          boolean  of the conversation; or null
-- flagged_categories  varchar[]  of the conversation
with prompts as (
    select
        topic,
        min(conversation_id) as conversation_id,
        min(topic_distance) as topic_distance
    from slice
    where topic is not null and subtopic is not null
    group by topic, prompt_group
),

places as (
    select
        topic,
        conversation_id,
        topic_distance,
        row_number() over (
            partition by topic order by topic_distance, conversation_id
        ) as nearest,
        row_number() over (
            partition by topic order by topic_distance desc, conversation_id
        ) as farthest
    from prompts
),

chosen as (
    select
        topic,
        conversation_id,
        topic_distance,
        case when nearest <= 3 then 'typical' else 'borderline' end as kind,
        case when nearest <= 3 then nearest else farthest end as place
    from places
    where nearest <= 3 or farthest <= 3
)

select
    chosen.topic,
    kind,
    place,
    conversation_id,
    chosen.topic_distance,
    opening,
    is_flagged,
    flagged_categories
from chosen
inner join slice using (conversation_id)
order by chosen.topic, kind desc, place
