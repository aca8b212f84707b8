//! Small applications, and what is said of their tables.

use super::*;

/// The places and the verdict, a line each; tiers and effects by their first letters.
#[track_caller]
fn check(files: &[(&str, &str)], query: &Query) -> String {
    let schema = Schema::new(
        [("users", "name"), ("users", "nick_name"), ("posts", "title"), ("posts", "user_id")]
            .map(|(table, column)| (table.to_owned(), column.to_owned())),
    );
    let read = files.iter().map(|(path, text)| ((*path).to_owned(), facts(path, &format!("<?php {text}"))));
    let index = Index::new(read.collect::<Vec<_>>(), schema);
    let answer = index.answer(query);
    let places = answer
        .places
        .iter()
        .map(|place| format!("{}:{} {:?} {:?} {:?}\n", place.file, place.line, place.kind, place.tier, place.effect));
    let unproved = answer.unproved.iter().map(|place| format!("{}:{} {}\n", place.file, place.line, place.reason));
    format!("{:?}\n{}{}", answer.verdict, places.collect::<String>(), unproved.collect::<String>())
}

const USER: (&str, &str) = (
    "app/Models/User.php",
    "namespace App\\Models;
    class User extends \\Illuminate\\Database\\Eloquent\\Model {
        protected $fillable = ['name'];
        public function posts() { return $this->hasMany(Post::class); }
    }",
);
const POST: (&str, &str) = (
    "app/Models/Post.php",
    "namespace App\\Models;
    class Post extends \\Illuminate\\Database\\Eloquent\\Model {
        public function user() { return $this->belongsTo(User::class); }
    }",
);

#[test]
fn what_reaches_the_model_is_certain_and_others_of_the_name_are_not() {
    let code = "use App\\Models\\{User, Post};
        function a(User $user, Post $post, $other, Thing $thing) {
            User::where('name', 1)->get();
            $user->name = $user->name;
            $post->user->name;
            $post->name;
            $other->name;
            $thing->name;
            foreach (User::all() as $one) { echo $one->name; }
            $post->user()->where('name', 2)->pluck('id');
            User::all()->where('name', 2);
        }";
    insta::assert_snapshot!(check(&[USER, POST, ("app/a.php", code)], &Query::gone("users", Some("name"))));
}

#[test]
fn what_is_said_of_a_relation_is_said_of_what_it_leads_to() {
    let code = "namespace App\\Models;
        class Tag extends \\Illuminate\\Database\\Eloquent\\Model {
            public function users() { return $this->belongsToMany(User::class)->orderBy('name'); }
        }";
    let tag = ("app/Models/Tag.php", code);
    let of_tags = check(&[USER, tag], &Query::gone("tags", Some("name")));
    assert!(of_tags.starts_with("None\n") && !of_tags.contains("Certain"), "{of_tags}");
    let of_users = check(&[USER, tag], &Query::gone("users", Some("name")));
    assert!(of_users.contains("Certain"), "{of_users}");
}

#[test]
fn mass_assignment_throws_away_what_is_not_fillable() {
    let code = "use App\\Models\\User;
        function a() {
            User::create(['name' => 1, 'nick_name' => 2]);
            $row = ['nick_name' => 3];
            User::query()->insert($row);
        }";
    insta::assert_snapshot!(check(&[USER, ("app/a.php", code)], &Query::gone("users", Some("nick_name"))));
}

#[test]
fn keys_of_relations_are_those_of_convention() {
    let code = "function a($user) { return $user->posts->count(); }";
    let files = [USER, POST, ("app/a.php", code)];
    insta::assert_snapshot!(check(&files, &Query::gone("posts", Some("user_id"))));
}

#[test]
fn inserts_without_the_column_are_found() {
    let code = "use App\\Models\\{User, Post};
        function a(User $user, $request) {
            Post::create(['title' => 1]);
            $user->posts()->create(['title' => 1]);
            $post = new Post;
            $post->title = 1;
            $post->save();
            Post::create($request->all());
            Post::create(['user_id' => 1]);
            DB::table('posts')->insert([['title' => 1], ['title' => 2]]);
        }";
    let query = Query { table: "posts".to_owned(), column: Some("user_id".to_owned()), what: What::Omitted };
    insta::assert_snapshot!(check(&[USER, POST, ("app/a.php", code)], &query));
}

#[test]
fn a_table_is_used_by_its_models_and_by_its_name() {
    let code = "use App\\Models\\Post;
        function a(Post $post) {
            DB::table('posts')->join('users as u', 'u.id', '=', 'posts.user_id')->get();
            DB::select('select * from posts where id = ?');
            return ['id' => 'exists:posts,id'];
        }";
    insta::assert_snapshot!(check(&[USER, POST, ("app/a.php", code)], &Query::gone("posts", None)));
}

#[test]
fn cyclic_inheritance_ends() {
    let code =
        "class A extends B { use T; function m() { return $this->m(); } } class B extends A {} trait T { use T; }
        function f(A $a) { return $a->m()->name; }";
    insta::assert_snapshot!(check(&[("app/a.php", code)], &Query::gone("users", Some("name"))));
}

#[test]
fn a_relation_of_rows_that_nobody_has_is_followed_by_nobody() {
    let used = ("app/Show.php", "class Show { function show(Post $post) { return $post->user; } }");
    let handed = ("app/Show.php", "class Show { function show(\\App\\Models\\Post $post) { return $post->user; } }");
    let asked = ("app/Find.php", "class Find { function find() { return \\App\\Models\\Post::first(); } }");
    let of_users = |files: &[(&str, &str)]| check(files, &Query::gone("posts", Some("user_id")));
    assert!(of_users(&[USER, POST, used]).contains("Relation Possible"), "{}", of_users(&[USER, POST, used]));
    assert!(!of_users(&[USER, POST, handed]).contains("Post.php:3 Relation Certain"));
    assert!(of_users(&[USER, POST, handed, asked]).contains("Post.php:3 Relation Certain"));
}

/// The verdict alone.
#[track_caller]
fn verdict(code: &str, table: &str, column: Option<&str>) -> String {
    let code = format!("use App\\Models\\{{User, Post}}; {code}");
    let told = check(&[USER, POST, ("app/a.php", &code)], &Query::gone(table, column));
    told.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_name_that_comes_of_a_list_is_no_doubt() {
    let of_nick_name = |code: &str| verdict(code, "users", Some("nick_name"));
    let listed = "function a(User $user) { foreach (['name', 'id'] as $field) { $user->{$field} = 1; } }";
    assert_eq!(of_nick_name(listed), "None");
    let in_list = "function a(User $user) { foreach (['name', 'nick_name'] as $field) { $user->{$field} = 1; } }";
    assert_eq!(of_nick_name(in_list), "SqlError");
    let computed = "function a(User $user, $more) { foreach (['name', $more] as $field) { $user->{$field} = 1; } }";
    assert_eq!(of_nick_name(computed), "CannotProve");
    let put_together = "function a(User $user, $x) { $field = 'nick'; $field .= $x; $user->{$field} = 1; }";
    assert_eq!(of_nick_name(put_together), "CannotProve");
    let chosen = "function a($x) { $by = $x ? 'name' : 'id'; return User::orderBy($by)->get(); }";
    assert_eq!(of_nick_name(chosen), "None");
    let branch = "function a($x) { $by = 'name'; if ($x) { $by = $x; } return User::orderBy($by)->get(); }";
    assert_eq!(of_nick_name(branch), "CannotProve");
}

#[test]
fn a_variable_that_is_given_something_else_is_a_doubt_again() {
    let of_nick_name = |code: &str| verdict(&format!("function a($all, $x) {{ {code} }}"), "users", Some("nick_name"));
    let doubted = [
        "$by = 'name'; [$by] = $x; User::orderBy($by)->get();",
        "$by = 'name'; foreach ($all as [$by, $how]) { User::orderBy($by)->get(); }",
        "$by = 'name'; foreach ($all as $by => [$one, $two]) { User::orderBy($by)->get(); }",
        "$by = 'name'; foreach ($all as $one) { User::orderBy($by)->get(); $by = $one; }",
        "$by = 'name'; while ($x) { User::orderBy($by)->get(); foreach ($all as $by) {} }",
        "$sql = 'select id from users'; foreach ($all as $sql) { DB::select($sql); }",
        "$sql = 'select id from users'; foreach ($all as $one) { DB::select($sql); $sql = $one; }",
        "$sql = 'select id from users'; [$sql] = $x; DB::select($sql);",
    ];
    for code in doubted {
        assert_eq!(of_nick_name(code), "CannotProve", "{code}");
    }
    let again = "$by = 'name'; foreach ($all as $one) { User::orderBy($by)->get(); $by = 'id'; }";
    assert_eq!(of_nick_name(again), "None");
    assert_eq!(of_nick_name(&again.replace("'id'", "'nick_name'")), "SqlError", "it is used in the next round");
}

#[test]
fn a_table_that_is_computed_is_a_doubt_where_a_column_of_it_is() {
    let of_nick_name = |code: &str| verdict(code, "users", Some("nick_name"));
    assert_eq!(of_nick_name("function a($t) { return DB::table($t)->where('id', 1)->get(); }"), "None");
    assert_eq!(of_nick_name("function a($t, $c) { return DB::table($t)->where($c, 1)->get(); }"), "CannotProve");
    assert_eq!(of_nick_name("function a($t, $row) { DB::table($t)->insert($row); }"), "CannotProve");
    assert_eq!(verdict("function a($t) { return DB::table($t)->get(); }", "users", None), "CannotProve");
    let listed = "function a() { foreach (['tags', 'jobs'] as $t) { DB::table($t)->truncate(); } }";
    assert_eq!(verdict(listed, "users", None), "None");
    assert_eq!(verdict(&listed.replace("jobs", "users"), "users", None), "SqlError");
}

#[test]
fn sql_is_seen_where_it_is_put_together() {
    let of_nick_name = |code: &str| verdict(code, "users", Some("nick_name"));
    assert_eq!(
        of_nick_name("function a() { $sql = 'select nick_name from users'; return DB::select($sql); }"),
        "SqlError"
    );
    assert_eq!(of_nick_name("function a() { $sql = 'select id from users'; return DB::select($sql); }"), "None");
    assert_eq!(of_nick_name("function a($sql) { return DB::select($sql); }"), "CannotProve");
    assert_eq!(of_nick_name("function a($c) { return DB::select(\"select $c from users\"); }"), "CannotProve");
    assert_eq!(of_nick_name("function a($c) { return DB::select(\"select id from users where id = $c\"); }"), "None");
}

#[test]
fn a_string_that_another_table_is_asked_for_is_no_doubt() {
    let is_free = |code: &str| {
        let files = [USER, POST, ("app/a.php", code)]
            .map(|(path, text)| (path.to_owned(), facts(path, &format!("<?php {text}"))));
        let columns = [("users", "nick_name"), ("posts", "nick_name")];
        let schema = Schema::new(columns.map(|(table, column)| (table.to_owned(), column.to_owned())));
        Index::new(files, schema).answer(&Query::gone("users", Some("nick_name"))).is_free()
    };
    assert!(is_free("use App\\Models\\Post; function a() { return Post::where('nick_name', 1)->get(['nick_name']); }"));
    assert!(is_free("use App\\Models\\Post; function a($x) { Post::create(['nick_name' => $x]); }"));
    assert!(!is_free("use App\\Models\\Post; function a($x) { $x->store(['nick_name' => 1]); }"));
    assert!(!is_free("function a($x) { return $x->nick_name; }"));
}

#[test]
fn a_template_has_what_it_is_given() {
    let shown = |code: &str, template: &str| {
        let files = [
            USER,
            POST,
            ("app/Show.php", code),
            ("resources/views/users/show.blade.php", "@include('users.card')\n"),
            ("resources/views/users/card.blade.php", template),
        ];
        let read = files.map(|(path, text)| {
            let text = if path.ends_with(".blade.php") { text.to_owned() } else { format!("<?php {text}") };
            (path.to_owned(), facts(path, &text))
        });
        let schema = Schema::new([("users", "name"), ("posts", "name")].map(|(a, b)| (a.to_owned(), b.to_owned())));
        let answer = Index::new(read, schema).answer(&Query::gone("users", Some("name")));
        let places = answer.places.iter().filter(|place| place.kind == PlaceKind::Template);
        places.map(|place| format!("{}:{} {:?}", place.file, place.line, place.tier)).collect::<Vec<_>>().join("\n")
    };
    let card = "resources/views/users/card.blade.php:1 Likely";
    let of_rows = "use App\\Models\\User; class Show { function show() { $all = User::all(); return view('users.show', compact('all')); } }";
    assert_eq!(shown(of_rows, "@foreach ($all as $x) {{ $x->name }} @endforeach"), card);
    let of_row = "use App\\Models\\User; class Show { function show() { return view('users.show')->with('who', User::first()); } }";
    assert_eq!(shown(of_row, "{{ $who->name }}"), card);
    let of_others = "use App\\Models\\Post; class Show { function show() { return view('users.show', ['user' => Post::first()]); } }";
    assert_eq!(shown(of_others, "{{ $user->name }}"), "", "what it is given says more than its name");
    assert_eq!(shown("", "{{ $user->name }}"), card, "its name alone");
}
