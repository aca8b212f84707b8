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
