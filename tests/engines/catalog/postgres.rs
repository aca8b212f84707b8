//! PostgreSQL's own catalog, as the facts that a replayed one is compared with.

use super::expression::normalised;
use super::fact::{Column, Facts, ForeignKey, Index};
use crate::server::Engine;

/// One row for each object, its fields parted by tabs: what it is, its table, and what it is like.
pub(super) const QUERY: &str = r"
with t as (
  select c.oid, case n.nspname when 'public' then c.relname else n.nspname || '.' || c.relname end as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f') and c.relpersistence <> 't'
    and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast'))
select 'table', name, '', '', '', '', '', '', '' from t
union all
select 'column', t.name, a.attname, row_number() over (partition by t.oid order by a.attnum)::text,
  format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' else 'null' end,
  coalesce(translate(pg_get_expr(d.adbin, d.adrelid), E'\n', ' '), ''), a.attgenerated::text || a.attidentity::text,
  coalesce((select collname from pg_collation l join pg_type y on y.oid = a.atttypid
            where l.oid = a.attcollation and a.attcollation <> y.typcollation), '')
from t join pg_attribute a on a.attrelid = t.oid
left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
where a.attnum > 0 and not a.attisdropped
union all
select case when i.indisprimary then 'key' else 'index' end, t.name, x.relname,
  case when i.indisunique then 'unique ' else '' end || am.amname,
  (select string_agg(translate(pg_get_indexdef(i.indexrelid, k, true), E'\n', ' '), chr(1) order by k) from generate_series(1, i.indnkeyatts) k),
  coalesce((select string_agg(translate(pg_get_indexdef(i.indexrelid, k, true), E'\n', ' '), chr(1) order by k)
            from generate_series(i.indnkeyatts + 1, i.indnatts) k), ''),
  coalesce(pg_get_expr(i.indpred, i.indrelid), ''),
  case when exists (select from pg_constraint where conindid = i.indexrelid and contype in ('p', 'u', 'x'))
    then 'constraint' else '' end,
  case when i.indisvalid then '' else 'not valid' end
from t join pg_index i on i.indrelid = t.oid join pg_class x on x.oid = i.indexrelid join pg_am am on am.oid = x.relam
union all
select 'foreign key', t.name, c.conname,
  (select string_agg(quote_ident(attname), chr(1) order by k.n) from unnest(c.conkey) with ordinality k(a, n)
   join pg_attribute on attrelid = c.conrelid and attnum = k.a),
  other.name,
  (select string_agg(quote_ident(attname), chr(1) order by k.n) from unnest(c.confkey) with ordinality k(a, n)
   join pg_attribute on attrelid = c.confrelid and attnum = k.a),
  c.confdeltype::text, c.confupdtype::text, case when c.convalidated then '' else 'not valid' end
from t join pg_constraint c on c.conrelid = t.oid and c.contype = 'f' join t other on other.oid = c.confrelid
union all
select 'check', t.name, c.conname, translate(pg_get_expr(c.conbin, c.conrelid), E'\n', ' '), '', '', '', '',
  case when c.convalidated then '' else 'not valid' end
from t join pg_constraint c on c.conrelid = t.oid and c.contype = 'c'";

pub(super) fn facts(answer: &str) -> Facts {
    let mut facts = Facts::default();
    for row in answer.lines() {
        let fields: Vec<&str> = row.split('\t').collect();
        let [kind, table, name, one, two, three, four, five, six] = fields[..] else { panic!("an odd row: {row}") };
        match kind {
            "table" => facts.table(table, ""),
            "column" => facts.column(table, name, &column(one, two, three, four, five, six)),
            "key" => facts.primary_key(table, name, &list(two)),
            "index" => {
                let index = Index {
                    kind: one.to_owned(),
                    parts: list(two),
                    included: list(three),
                    condition: normalised(four, Engine::Postgres),
                    is_constraint: five == "constraint",
                };
                facts.index(table, name, &index);
            }
            "foreign key" => {
                let key = ForeignKey {
                    columns: list(one),
                    to_table: two.to_owned(),
                    to_columns: list(three),
                    on_delete: action(four),
                    on_update: action(five),
                    is_valid: six.is_empty(),
                };
                facts.foreign_key(table, name, &key);
            }
            _ => facts.check(table, name, &normalised(one, Engine::Postgres), six.is_empty()),
        }
    }
    facts
}

fn column(place: &str, own_type: &str, nullability: &str, expression: &str, kind: &str, collation: &str) -> Column {
    let expression = normalised(expression, Engine::Postgres);
    let expression = if expression == "null" { String::new() } else { expression };
    let is_generated = kind.starts_with('s');
    let is_serial = expression.starts_with("nextval");
    Column {
        place: place.to_owned(),
        own_type: known_type(own_type),
        is_nullable: nullability == "null",
        default: if is_generated {
            String::new()
        } else if is_serial {
            "nextval".to_owned()
        } else {
            expression.clone()
        },
        generated: if is_generated { format!("{expression} stored") } else { String::new() },
        identity: match kind {
            "a" => "always",
            "d" => "by default",
            _ => "",
        },
        charset: String::new(),
        collation: collation.to_owned(),
        comment: String::new(),
    }
}

/// PostgreSQL's own names of types, and the names under which phasewise knows them.
const TYPES: [(&str, &str); 3] = [("character varying", "varchar"), ("character", "char"), ("integer", "int")];

pub(super) fn known_type(own_type: &str) -> String {
    if own_type == "\"char\"" {
        return own_type.to_owned();
    }
    // A precision of 6 is what is taken when none is said.
    let own_type = own_type.replace('"', "").replace("(6) with", " with");
    let longer = TYPES.iter().find_map(|(theirs, ours)| Some(format!("{ours}{}", own_type.strip_prefix(theirs)?)));
    longer.unwrap_or(own_type)
}

fn list(fields: &str) -> Vec<String> {
    let fields = fields.split('\u{1}').filter(|field| !field.is_empty());
    fields.map(|field| normalised(field, Engine::Postgres)).collect()
}

fn action(letter: &str) -> &'static str {
    match letter {
        "r" => "restrict",
        "c" => "cascade",
        "n" => "set null",
        "d" => "set default",
        _ => "no action",
    }
}
