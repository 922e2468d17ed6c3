{#- Parts of holders and of their cost. -#}
{% macro seat_parts() -%}
    {{ return(['kept', 'reassignable', 'other_exposure']) }}
{%- endmacro %}


{#- The classes of a part of holders. -#}
{% macro classes_of_part(part) -%}
    {%- set classes = [] -%}
    {%- for class, cost in seat_classes().items() if cost == part ~ '_cost' -%}
        {%- do classes.append(class) -%}
    {%- endfor -%}
    {{ return(classes) }}
{%- endmacro %}


{#- Classes of holders in the order in which the first match wins, and where their cost counts. -#}
{% macro seat_classes() -%}
    {%- set classes = {} -%}
    {%- for measure in seat_measures() if measure.kind == 'people' and not measure.part_total -%}
        {%- if measure.part and measure.part.endswith('_class') -%}
            {%- do classes.update({measure.name: measure.part | replace('_class', '_cost')}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(classes) }}
{%- endmacro %}


{#- The class of a holder; expects `holders` and `thresholds`. First match wins. -#}
{% macro seat_class() -%}
    case
            when holders.holder_status = 'left' then 'held_by_leaver'
            when holders.holder_status = 'on_leave' then 'on_leave'
            when
                {{ days_between('cast(holders.assigned_at as date)', 'holders.last_seat_day') }}
                < {{ var('grace_days') }}
                then 'in_grace'
            when holders.is_duplicate then 'duplicate'
            -- Where use was not read from the month's first day on, nothing says that a seat lies idle.
            when not holders.is_use_known then 'used'
            when holders.last_active_day is null then 'never_used'
            when
                {{ days_between('holders.last_active_day', 'holders.last_seat_day') }}
                >= thresholds.dormant_days
                then 'dormant'
            when holders.active_days_held < thresholds.under_used_active_days then 'under_used'
            else 'used'
        end
{%- endmacro %}
