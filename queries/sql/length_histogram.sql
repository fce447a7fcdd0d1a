-- One row per role and length class of the messages in the slice, shortest first.
-- role           varchar  user or assistant
-- length_class   integer  index in LENGTH_CLASSES: 0 for no characters, then 20 classes per decade
-- message_count  bigint   messages with a text, at least 1
select
    role::varchar as role,
    length_class::integer as length_class,
    count(*) as message_count
from slice_messages
where role in ('user', 'assistant') and length_class is not null
group by role, length_class
order by role desc, length_class
