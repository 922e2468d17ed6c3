-- grain: one row per month, tool, dimension and group: how its share differs from that of everybody else
-- Made of other published tables; publishing asks it again of what readers are about to see (decision 0052).
{{ config(tags=['derived']) }}
{#- Normal quantile of a 95 % interval. -#}
{%- set z = 1.959964 %}
with activation as (
    select * from {{ ref('activation_monthly') }}
    where department_key = 'all' and is_complete_month
),

company as (
    select * from activation
    where dimension = 'department'
),

counted as (
    select
        activation.tool,
        activation.dimension,
        activation.dimension_value,
        activation.month_start,
        activation.is_complete_month,
        activation.is_suppressed or company.is_suppressed as is_suppressed,
        activation.assigned as people,
        activation.activated as reached,
        company.assigned - activation.assigned as other_people,
        company.activated - activation.activated as others_reached
    from activation
    inner join company
        on
            activation.month_start = company.month_start
            and activation.tool = company.tool
    where activation.dimension <> 'department'
),

shares as (
    select
        counted.*,
        cast(reached as {{ type_double() }}) / nullif(people, 0) as share,
        cast(others_reached as {{ type_double() }}) / nullif(other_people, 0) as others_share
    from counted
),

-- Wilson's score interval of each share. Near 0 and 1 the usual one would leave the range of shares.
bounded as (
    select
        shares.*,
        {%- for share, n in [('share', 'people'), ('others_share', 'other_people')] %}
        {%- for sign, side in [('-', 'low'), ('+', 'high')] %}
        (
            {{ share }} + {{ z ** 2 / 2 }} / nullif({{ n }}, 0)
            {{ sign }} {{ z }} * sqrt(
                ({{ share }} * (1 - {{ share }}) + {{ z ** 2 / 4 }} / nullif({{ n }}, 0)) / nullif({{ n }}, 0)
            )
        ) / (1 + {{ z ** 2 }} / nullif({{ n }}, 0)) as {{ share }}_{{ side }},
        {%- endfor %}
        {%- endfor %}
        share - others_share as gap
    from shares
),

-- Newcombe's interval of a difference (1998, method 10): from the intervals of both shares.
compared as (
    select
        bounded.*,
        gap - sqrt(
            (share - share_low) * (share - share_low)
            + (others_share_high - others_share) * (others_share_high - others_share)
        ) as gap_low,
        gap + sqrt(
            (share_high - share) * (share_high - share)
            + (others_share - others_share_low) * (others_share - others_share_low)
        ) as gap_high
    from bounded
),

final as (
    select
        'activation' as metric,
        tool,
        dimension,
        dimension_value,
        month_start,
        people,
        share,
        other_people,
        others_share,
        {%- for figure in ['gap', 'gap_low', 'gap_high'] %}
        floor({{ figure }} * 10000 + 0.5) / cast(10000 as {{ type_double() }}) as {{ figure }},
        {%- endfor %}
        case
            when gap is null then null
            when gap_low > 0 then 'higher'
            when gap_high < 0 then 'lower'
            else 'no clear difference'
        end as finding,
        is_complete_month,
        is_suppressed
    from compared
)

select * from final
