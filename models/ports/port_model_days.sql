-- grain: Several rows per account, tool, surface, spelling of a model and day, to be added up.
-- Tokens are in disjoint buckets that add up to the vendor's total.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
select
    'anthropic' as source,
    account_key,
    tool,
    surface,
    model,
    user_messages,
    interactions,
    input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    output_tokens,
    reasoning_tokens,
    unsplit_tokens,
    list_text_input_tokens,
    list_text_cached_input_tokens,
    list_text_output_tokens,
    list_audio_input_tokens,
    list_audio_cached_input_tokens,
    list_audio_output_tokens,
    list_image_input_tokens,
    list_image_cached_input_tokens,
    list_image_output_tokens,
    activity_date
from {{ ref('anthropic__model_days') }}

union all

select
    'chatgpt' as source,
    account_key,
    tool,
    surface,
    model,
    user_messages,
    interactions,
    input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    output_tokens,
    reasoning_tokens,
    unsplit_tokens,
    list_text_input_tokens,
    list_text_cached_input_tokens,
    list_text_output_tokens,
    list_audio_input_tokens,
    list_audio_cached_input_tokens,
    list_audio_output_tokens,
    list_image_input_tokens,
    list_image_cached_input_tokens,
    list_image_output_tokens,
    activity_date
from {{ ref('chatgpt__model_days') }}

union all

select
    'codex' as source,
    account_key,
    tool,
    surface,
    model,
    user_messages,
    interactions,
    input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    output_tokens,
    reasoning_tokens,
    unsplit_tokens,
    list_text_input_tokens,
    list_text_cached_input_tokens,
    list_text_output_tokens,
    list_audio_input_tokens,
    list_audio_cached_input_tokens,
    list_audio_output_tokens,
    list_image_input_tokens,
    list_image_cached_input_tokens,
    list_image_output_tokens,
    activity_date
from {{ ref('codex__model_days') }}

union all

select
    'cursor' as source,
    account_key,
    tool,
    surface,
    model,
    user_messages,
    interactions,
    input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    output_tokens,
    reasoning_tokens,
    unsplit_tokens,
    list_text_input_tokens,
    list_text_cached_input_tokens,
    list_text_output_tokens,
    list_audio_input_tokens,
    list_audio_cached_input_tokens,
    list_audio_output_tokens,
    list_image_input_tokens,
    list_image_cached_input_tokens,
    list_image_output_tokens,
    activity_date
from {{ ref('cursor__model_days') }}

union all

select
    'github_copilot' as source,
    account_key,
    tool,
    surface,
    model,
    user_messages,
    interactions,
    input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    output_tokens,
    reasoning_tokens,
    unsplit_tokens,
    list_text_input_tokens,
    list_text_cached_input_tokens,
    list_text_output_tokens,
    list_audio_input_tokens,
    list_audio_cached_input_tokens,
    list_audio_output_tokens,
    list_image_input_tokens,
    list_image_cached_input_tokens,
    list_image_output_tokens,
    activity_date
from {{ ref('github_copilot__model_days') }}

union all

select
    'openai_api' as source,
    account_key,
    tool,
    surface,
    model,
    user_messages,
    interactions,
    input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    output_tokens,
    reasoning_tokens,
    unsplit_tokens,
    list_text_input_tokens,
    list_text_cached_input_tokens,
    list_text_output_tokens,
    list_audio_input_tokens,
    list_audio_cached_input_tokens,
    list_audio_output_tokens,
    list_image_input_tokens,
    list_image_cached_input_tokens,
    list_image_output_tokens,
    activity_date
from {{ ref('openai_api__model_days') }}

union all

select
    'otel' as source,
    account_key,
    tool,
    surface,
    model,
    user_messages,
    interactions,
    input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    output_tokens,
    reasoning_tokens,
    unsplit_tokens,
    list_text_input_tokens,
    list_text_cached_input_tokens,
    list_text_output_tokens,
    list_audio_input_tokens,
    list_audio_cached_input_tokens,
    list_audio_output_tokens,
    list_image_input_tokens,
    list_image_cached_input_tokens,
    list_image_output_tokens,
    activity_date
from {{ ref('otel__model_days') }}
