-- One row per pair of a topic and a group that occurs in the slice, most frequent first.
-- topic               varchar  number and label
-- group_name          varchar  the model or the language; or null
-- conversation_count  bigint   at least 1
select
    topic,
    group_name,
    count(*) as conversation_count
from slice
where topic is not null
group by topic, group_name
order by conversation_count desc, topic, group_name
