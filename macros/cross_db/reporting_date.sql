{#-
    Day of a naive UTC timestamp in the reporting zone (var reporting_timezone).

    Engines disagree on what `at time zone` means for a timestamp without a zone, and Spark and
    BigQuery have functions of their own. In the default zone, UTC, it is a plain cast, which keeps
    the filter on the column usable. Money stays in UTC days: do not use it for cost.

    usage: {{ reporting_date('message_at') }} as activity_date
           {{ reporting_timestamp('message_at') }}  (wall clock in the reporting zone)
-#}
{% macro reporting_date(utc_timestamp) -%}
    cast({{ reporting_timestamp(utc_timestamp) }} as date)
{%- endmacro %}

{% macro reporting_timestamp(utc_timestamp) -%}
    {%- if var('reporting_timezone') == 'UTC' -%}
        {{ utc_timestamp }}
    {%- else -%}
        {{ adapter.dispatch('utc_to_zone', 'ai_usage')(utc_timestamp, var('reporting_timezone')) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__utc_to_zone(utc_timestamp, zone) -%}
    (({{ utc_timestamp }} at time zone 'UTC') at time zone '{{ zone }}')
{%- endmacro %}

{% macro spark__utc_to_zone(utc_timestamp, zone) -%}
    from_utc_timestamp({{ utc_timestamp }}, '{{ zone }}')
{%- endmacro %}

{% macro databricks__utc_to_zone(utc_timestamp, zone) -%}
    from_utc_timestamp({{ utc_timestamp }}, '{{ zone }}')
{%- endmacro %}

{% macro snowflake__utc_to_zone(utc_timestamp, zone) -%}
    convert_timezone('UTC', '{{ zone }}', {{ utc_timestamp }})
{%- endmacro %}

{% macro redshift__utc_to_zone(utc_timestamp, zone) -%}
    convert_timezone('UTC', '{{ zone }}', {{ utc_timestamp }})
{%- endmacro %}

{% macro bigquery__utc_to_zone(utc_timestamp, zone) -%}
    datetime(timestamp({{ utc_timestamp }}, 'UTC'), '{{ zone }}')
{%- endmacro %}

{% macro trino__utc_to_zone(utc_timestamp, zone) -%}
    cast(with_timezone({{ utc_timestamp }}, 'UTC') at time zone '{{ zone }}' as timestamp)
{%- endmacro %}

{% macro clickhouse__utc_to_zone(utc_timestamp, zone) -%}
    toTimezone({{ utc_timestamp }}, '{{ zone }}')
{%- endmacro %}
