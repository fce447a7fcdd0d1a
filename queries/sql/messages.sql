-- One row per message of a conversation, in order. Reads `messages`, not the slice.
-- message_index                 integer    position, from 0
-- turn_number                   integer    number of its turn, from 1
-- role                          varchar    user or assistant; other values as published
-- text                          varchar    text, as published
-- text_chars                    integer    characters
-- is_flagged                    boolean    the published verdict; null if it has none: unknown
-- flagged_categories            varchar[]  flagged categories
-- is_maybe_flagged              boolean    an entry that cannot be dealt to a message is flagged
-- cover_categories              varchar[]  categories that the text is covered for
-- score_harassment              double     published score of harassment
-- score_harassment_threatening  double     published score of harassment/threatening
-- score_hate                    double     published score of hate
-- score_hate_threatening        double     published score of hate/threatening
-- score_self_harm               double     published score of self-harm
-- score_self_harm_instructions  double     published score of self-harm/instructions
-- score_self_harm_intent        double     published score of self-harm/intent
-- score_sexual                  double     published score of sexual
-- score_sexual_minors           double     published score of sexual/minors
-- score_violence                double     published score of violence
-- score_violence_graphic        double     published score of violence/graphic
select
    message_index,
    turn_number,
    role,
    text,
    text_chars,
    is_flagged,
    flagged_categories(flag_bits) as flagged_categories,
    is_flagged is null and flag_bits = 0 and cover_bits > 0 as is_maybe_flagged,
    flagged_categories(cover_bits) as cover_categories,
    score_harassment,
    score_harassment_threatening,
    score_hate,
    score_hate_threatening,
    score_self_harm,
    score_self_harm_instructions,
    score_self_harm_intent,
    score_sexual,
    score_sexual_minors,
    score_violence,
    score_violence_graphic
from messages
where conversation_id = $conversation_id
order by message_index
