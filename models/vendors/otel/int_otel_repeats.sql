-- grain: one row per request or metric value that a preferred signal has as well
-- Preference: the tool's own events, events of the conventions, steps, the tool's own metrics, metrics of the
-- conventions. Signals arrive in different files and loads, and share no key. Two of them describe the same use
-- if they share a session or a trace, up to a day apart because of midnight. Without that they do if they share
-- program, day and an account or device, unless both have a session: these differ then. A value without account
-- and device is compared by program and day. By the tokens of its account and device an erasure finds a row.
{%- set ways = [
    ('event', 'own'), ('event', 'convention'), ('event', 'step'), ('metric', 'own'), ('metric', 'convention'),
] %}
{%- set marks = {
    'session': 'thread', 'trace': 'thread', 'email': 'holder', 'anthropic_user': 'holder', 'user': 'holder',
    'device': 'holder', 'program': 'program',
} %}
{%- set holders = ['email_token', 'anthropic_user_token', 'user_token', 'device_token'] %}

with tellings as (
    select
        event_token as token,
        tool,
        kind,
        'event' as signal,
        told_by,
        email_token,
        anthropic_user_token,
        user_token,
        device_token,
        session_token,
        trace_token,
        program_token,
        day
    from {{ ref('stg_otel__events') }}
    where kind in ('request', 'decision')

    union all

    select
        point_token as token,
        tool,
        case when bucket in ('accepted', 'refused') then 'decision' else 'request' end as kind,
        'metric' as signal,
        told_by,
        email_token,
        anthropic_user_token,
        user_token,
        device_token,
        session_token,
        cast(null as {{ dbt.type_string() }}) as trace_token,
        program_token,
        day
    from {{ ref('int_otel_increases') }}
    -- No event tells lines.
    where bucket <> 'lines_added'
),

ranked as (
    select
        *,
        case
            {%- for signal, told_by in ways %}
            when signal = '{{ signal }}' and told_by = '{{ told_by }}' then {{ loop.index }}
            {%- endfor %}
        end as way,
        session_token is not null as has_session,
        coalesce({{ holders | join(', ') }}) is null as names_nobody
    from tellings
),

marked as (
    {%- for mark, mark_kind in marks.items() %}
    select
        token,
        tool,
        kind,
        way,
        '{{ mark_kind }}' as mark_kind,
        {{ mark }}_token as mark,
        {%- for holder in holders %}
        {{ holder }},
        {%- endfor %}
        program_token,
        has_session,
        names_nobody,
        day
    from ranked
    where {{ mark }}_token is not null
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

better as (
    select distinct
        tool,
        kind,
        way,
        mark_kind,
        mark,
        program_token,
        has_session,
        day
    from marked
    where way < {{ ways | length }}
),

final as (
    select distinct
        marked.token,
        {%- for holder in holders %}
        marked.{{ holder }}{{ ',' if not loop.last }}
        {%- endfor %}
    from marked
    inner join better
        on
            marked.tool = better.tool
            and marked.kind = better.kind
            and marked.mark_kind = better.mark_kind
            and marked.mark = better.mark
            and marked.way > better.way
    where
        marked.way > 1
        and better.day between {{ add_days('marked.day', -1) }} and {{ add_days('marked.day', 1) }}
        and (
            marked.mark_kind = 'thread'
            or (
                marked.day = better.day
                and not (marked.has_session and better.has_session)
                and (marked.mark_kind = 'holder' or marked.names_nobody)
                and coalesce(marked.program_token, '') = coalesce(better.program_token, '')
            )
        )
)

select * from final
