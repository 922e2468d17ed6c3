{#-
    The columns of a port in its order and types: what a vendor's model ends with.

    Columns that the vendor does not give become NULL. A name that the port does not have, or a
    required column left out, ends the compilation with a message that names it.

    port:        as in ingestion/ports.yml
    given:       list of columns that are passed on under their own names, or dict of column -> expression
    expressions: dict of further column -> expression
    usage:       {{ port_columns('seat_days', ['account_key', 'seat_date'], {'tool': "'acme_chat'"}) }}
-#}
{% macro port_columns(port, given, expressions={}) -%}
    {%- set told = {} -%}
    {%- for column in given -%}
        {%- do told.update({column: given[column] if given is mapping else column}) -%}
    {%- endfor -%}
    {%- do told.update(expressions) -%}
    {%- set contract = port_contract(port) -%}
    {%- set unknown = told.keys() | reject('in', contract.types.keys()) | list -%}
    {%- set missing = contract.required | reject('in', told.keys()) | list -%}
    {%- if unknown or missing -%}
        {{ exceptions.raise_compiler_error(
            'The port ' ~ port ~ (' has no column ' ~ unknown | join(', ') ~ '.' if unknown else '')
            ~ (' needs the column ' ~ missing | join(', ') ~ '.' if missing else '')
            ~ ' See ingestion/ports.yml.'
        ) }}
    {%- endif -%}
    {%- for column, type in contract.types.items() %}
        cast({{ told.get(column, 'null') }} as {{ port_type(type) }}) as {{ column }}
        {{- ',' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#- The engine's own name of a type that ports use. -#}
{% macro port_type(type) -%}
    {%- set names = {
        'string': dbt.type_string(),
        'integer': dbt.type_int(),
        'bigint': dbt.type_bigint(),
        'boolean': dbt.type_boolean(),
        'timestamp': dbt.type_timestamp(),
        'date': 'date',
        'money': type_money(),
    } -%}
    {{ names[type] }}
{%- endmacro %}
