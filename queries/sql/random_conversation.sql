-- One row: a conversation of the slice drawn by a seed; no row for an empty slice.
-- conversation_id  varchar  id as published
select conversation_id
from slice
order by md5(conversation_id || $seed), conversation_id
limit 1
