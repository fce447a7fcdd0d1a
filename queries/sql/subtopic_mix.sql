-- One row per subtopic in the slice, largest first; null for those without one.
-- subtopic            varchar  number and label
-- conversation_count  bigint   at least 1
select
    subtopic,
    count(*) as conversation_count
from slice
group by subtopic
order by conversation_count desc, subtopic
