-- grain: one row per week, reporting unit, tool and model family: exact use, in the tool's own measure
-- Item `all` is the sum over families.
{%- set keys = ['period_type', 'period_start', 'unit_key', 'tool', 'item'] %}
with person_model_weeks as (
    select * from {{ ref('person_model_weeks') }}
),

families as (
    select
        'week' as period_type,
        week_start as period_start,
        person_key,
        unit_key,
        tool,
        model_family as item,
        sum(model_use) as model_use
    from person_model_weeks
    group by week_start, person_key, unit_key, tool, model_family
),

with_sums as (
    select * from families

    union all

    select
        period_type,
        period_start,
        person_key,
        unit_key,
        tool,
        'all' as item,
        sum(model_use) as model_use
    from families
    group by period_type, period_start, person_key, unit_key, tool
),

contributions as (
    select * from with_sums
    where unit_key is not null

    union all

    select
        period_type,
        period_start,
        person_key,
        'all' as unit_key,
        tool,
        item,
        model_use
    from with_sums
),

{{ unit_figures(keys, model_measures()) }}

select * from figures
