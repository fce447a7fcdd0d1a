-- One row per topic in the slice, largest first; null for those without one.
-- topic               varchar  number and label
-- conversation_count  bigint   at least 1
select
    topic,
    count(*) as conversation_count
from slice
group by topic
order by conversation_count desc, topic
