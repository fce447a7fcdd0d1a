-- One row: first prompts that are the same but for spaces and punctuation.
-- prompt_count    bigint  conversations with a first prompt
-- distinct_count  bigint  different first prompts (by a hash of 64 bits)
select
    count(*) as prompt_count,
    count(distinct hash(regexp_replace(text, '[\s\p{P}]', '', 'g'))) as distinct_count
from messages
semi join slice using (id_rank)
where turn_number = 1 and role = 'user' and text is not null
