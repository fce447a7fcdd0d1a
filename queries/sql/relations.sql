-- Makes the relations and macros that the other files of this folder read.
--
-- In the DuckDB command line, run this file first, inside the folder of a version of a store:
--   cd STORE/versions/VERSION      (the file STORE/CURRENT names the live version)
--   duckdb -init PATH/relations.sql
-- Then run any other file with `.read`. To narrow the slice, give `slice` a condition. Where a file
-- has a parameter such as $role, put a value in its place. Conversations that were removed from the
-- store are left out, as in the dashboard.

-- The published moderation categories, in the published order.
create or replace macro category_names() as [
    'harassment',
    'harassment/threatening',
    'hate',
    'hate/threatening',
    'self-harm',
    'self-harm/instructions',
    'self-harm/intent',
    'sexual',
    'sexual/minors',
    'violence',
    'violence/graphic'
];

-- One row per category: its name, and its bit in `flag_bits`.
create or replace macro categories() as table
select
    unnest(category_names()) as category,
    unnest(range(len(category_names())))::integer as bit;

-- The categories that a message is flagged in, from its `flag_bits`.
create or replace macro flagged_categories(flag_bits) as list_filter(
    category_names(),
    lambda category, position: (flag_bits >> (position - 1)) & 1 = 1
);

-- Whether texts flagged in these categories are revealed one at a time only.
create or replace macro is_always_covered(categories) as list_contains(
    categories, 'sexual/minors'
);

create or replace view conversation_files as
from read_parquet('conversations/*.parquet');

create or replace view message_files as
from read_parquet('messages/*.parquet');

-- A store from which nothing was removed has no removed.parquet.
set variable id_files = (
    select list(file)
    from (
        from glob('conversations/*.parquet')
        union all
        from glob('../../removed.parquet')
    )
);

create or replace table removed_ids as
select files.conversation_id
from read_parquet(
    getvariable('id_files'), union_by_name := true, filename := true
) as files
where files.filename like '%removed.parquet';

create or replace table removed as
select
    id_rank,
    prompt_group
from conversation_files
where conversation_id in (select removed_ids.conversation_id from removed_ids);

-- Prompt groups that lost conversations: their size now, and their first conversation now.
create or replace table regrouped as
select
    prompt_group,
    count(*)::integer as group_size,
    min(id_rank) as first_rank
from conversation_files
where
    prompt_group in (select removed.prompt_group from removed)
    and id_rank not in (select removed.id_rank from removed)
group by prompt_group;

create or replace view messages as
from message_files
anti join removed using (id_rank);

create or replace view stored_conversations as
select files.* replace (
    coalesce(group_size, prompt_group_size) as prompt_group_size,
    coalesce(id_rank = first_rank, is_first_of_prompt) as is_first_of_prompt
)
from conversation_files as files
anti join removed using (id_rank)
left join regrouped using (prompt_group);

-- In the dashboard, topics have the names here that operators gave them (state/topics.json).
create or replace view conversations as
from stored_conversations;

-- Files that group by model or language read `group_name`: model here, or put language.
create or replace view slice as
select
    *,
    model as group_name
from conversations;

create or replace view slice_messages as
select
    *,
    model as group_name
from messages
semi join slice using (id_rank);
