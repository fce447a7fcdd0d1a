-- One row: a random conversation of the slice, by $seed; no row for an empty slice.
-- conversation_id  varchar  id, as published
select conversation_id
from slice
order by md5(conversation_id || $seed), conversation_id
limit 1
