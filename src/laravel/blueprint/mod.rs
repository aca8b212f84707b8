//! A `Blueprint`: the calls on `$table` in one `Schema::create` or `Schema::table`, and the SQL that they become.
