//! How long the first and the second question to an application's code take, against only reading its files from git.
//!
//! Prints ratios of things measured in one run: they mean the same on any machine.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark runs programs, reads the clock, writes its input and prints its figures"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const FILES: [usize; 2] = [500, 2_000];
const RUNS: usize = 5;

fn main() {
    println!(
        "{:<8} {:>12} {:>12} {:>12} {:>12} {:>12} {:>12}",
        "files", "blobs", "cold", "warm", "cold/blobs", "warm/blobs", "cold/warm"
    );
    for files in FILES {
        let application = application(files);
        let path = application.path();
        let kept = path.join(".git/phasewise");
        let blobs = fastest(|| read_blobs(path));
        let cold = fastest(|| {
            let _ = std::fs::remove_dir_all(&kept);
            ask(path);
        });
        let warm = fastest(|| ask(path));
        println!(
            "{files:<8} {:>9.0} ms {:>9.0} ms {:>9.0} ms {:>12.2} {:>12.2} {:>12.2}",
            millis(blobs),
            millis(cold),
            millis(warm),
            ratio(cold, blobs),
            ratio(warm, blobs),
            ratio(cold, warm)
        );
    }
}

/// A repository with so many controllers, each with a model of its own.
fn application(files: usize) -> tempfile::TempDir {
    let application = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = application.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("artisan", "");
    write("composer.lock", r#"{"packages": [{"name": "laravel/framework", "version": "v12.0.0"}]}"#);
    for at in 0..files / 2 {
        write(&format!("app/Models/Order{at}.php"), &model(at));
        write(&format!("app/Http/Controllers/Order{at}Controller.php"), &controller(at));
    }
    let mut columns = String::new();
    for column in 0..20 {
        let _ = writeln!(columns, "$table->string('column_{column}')->nullable();");
    }
    write(
        "database/migrations/2026_01_01_000000_create.php",
        &format!(
            "<?php return new class extends Migration {{ public function up() {{
                Schema::create('order0s', function (Blueprint $table) {{ $table->id(); {columns} }}); }} }};"
        ),
    );
    git(application.path(), &["init", "--quiet"]);
    git(application.path(), &["add", "."]);
    git(
        application.path(),
        &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=one"],
    );
    application
}

fn model(at: usize) -> String {
    format!(
        "<?php
namespace App\\Models;
use Illuminate\\Database\\Eloquent\\Model;
class Order{at} extends Model {{
    protected $fillable = ['column_1', 'column_2', 'column_3'];
    protected $casts = ['column_4' => 'array', 'column_5' => 'datetime'];
    public function next() {{ return $this->hasMany(Order{}::class); }}
    public function scopeOpen($query) {{ return $query->where('column_6', 1)->orderBy('column_7'); }}
    public function getNameAttribute() {{ return $this->column_8 . ' ' . $this->column_9; }}
}}
",
        at + 1
    )
}

fn controller(at: usize) -> String {
    let mut methods = String::new();
    for method in 0..12 {
        let _ = writeln!(
            methods,
            "    public function action{method}(Request $request, Order{at} $order) {{
        $data = $request->validate(['column_1' => 'required|string', 'column_2' => 'unique:order{at}s,column_2']);
        $order->fill($data);
        $order->column_3 = $request->input('column_3') ?? 'none';
        $order->save();
        $rows = Order{at}::open()->where('column_{method}', '>', 1)->with('next')->get();
        foreach ($rows as $row) {{ $this->log($row->column_10, $row->next->first()->column_11); }}
        DB::table('order{at}s')->where('id', $order->id)->update(['column_12' => now()]);
        return view('orders.show', ['order' => $order, 'rows' => $rows]);
    }}"
        );
    }
    format!(
        "<?php
namespace App\\Http\\Controllers;
use App\\Models\\Order{at};
use Illuminate\\Http\\Request;
class Order{at}Controller extends Controller {{
{methods}}}
"
    )
}

/// What git alone takes to hand over every file of the commit.
fn read_blobs(directory: &Path) {
    let pipeline = "git ls-tree -r HEAD | cut -d ' ' -f 3 | cut -f 1 | git cat-file --batch > /dev/null";
    let status = Command::new("sh").args(["-c", pipeline]).current_dir(directory).status().unwrap();
    assert!(status.success());
}

fn ask(directory: &Path) {
    let arguments = ["usage", "order0s.column_1", "--engine", "mysql:8.4", "--ref", "HEAD", "--quiet"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_phasewise"));
    let status = command.args(arguments).current_dir(directory).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
}

fn git(directory: &Path, arguments: &[&str]) {
    assert!(Command::new("git").args(arguments).current_dir(directory).status().unwrap().success());
}

fn fastest(mut run: impl FnMut()) -> Duration {
    let time = || {
        let began = Instant::now();
        run();
        began.elapsed()
    };
    std::iter::repeat_with(time).take(RUNS).min().unwrap()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn ratio(left: Duration, right: Duration) -> f64 {
    left.as_secs_f64() / right.as_secs_f64()
}
