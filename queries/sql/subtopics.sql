-- One row per subtopic in the slice, largest first; only conversations with a subtopic.
-- subtopic            varchar  number and label
-- conversation_count  bigint   at least 1
-- prompt_count        bigint   different first prompts
-- judged_count        bigint   conversations of which it is known whether a message is flagged
-- flagged_count       bigint   conversations with a flagged message
-- turn_known_count    bigint   conversations with a number of turns
-- mean_turn_count     double   mean number of turns
-- turn_deviation      double   sample standard deviation of the number of turns
select
    subtopic,
    count(*) as conversation_count,
    count(distinct prompt_group) as prompt_count,
    count(is_flagged) as judged_count,
    count(*) filter (where is_flagged) as flagged_count,
    count(turn_count) as turn_known_count,
    avg(turn_count) as mean_turn_count,
    stddev_samp(turn_count) as turn_deviation
from slice
where subtopic is not null
group by subtopic
order by conversation_count desc, subtopic
