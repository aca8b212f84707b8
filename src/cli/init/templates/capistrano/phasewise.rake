# The gate of phasewise for Capistrano 3: in front of the migrations, in front of a rollback, and after the swap.
#
# One host of the role :db asks, since all share one database. `set :phasewise_wait_workers, "5m"` in config/deploy.rb
# gives the workers of older releases more time to end.

namespace :phasewise do
  desc "Run the migrations, if the gate lets them"
  task :migrate do
    on primary(:db) do
      # `-` says that nothing is live yet; only where nothing stands at the link's place at all.
      is_first = !test("[ -e #{current_path} ] || [ -L #{current_path} ]")
      within release_path do
        # A rollback takes the last release but one, refused or not: so a refused one must not stay.
        execute :phasewise, "gate", "exec", "--release", release_path, "--current", is_first ? "-" : current_path,
                "--on-refuse", "remove", "--", :php, "artisan", "migrate", "--force"
      end
    end
  end

  desc "Ask whether the code of the release that would come back can run on the schema as it is"
  task :rollback do
    on primary(:db) do
      execute :phasewise, "gate", "rollback", "--to", release_path, "--current", current_path
    end
  end

  desc "Restart the workers, and record that the release is live once those of older ones have ended"
  task :confirm do
    on roles(:app, :db) do
      within current_path do
        execute :php, "artisan", "queue:restart"
      end
      execute :phasewise, "gate", "confirm", "--release", release_path, "--current", current_path,
              "--wait-workers", fetch(:phasewise_wait_workers, "120s")
    end
  end
end

# After the build and before the link is moved.
before "deploy:publishing", "phasewise:migrate"
# By then `release_path` is the candidate; the link is moved after it.
after "deploy:reverting", "phasewise:rollback"
# As the last of all that is hooked in there, so that PHP-FPM has been reloaded.
after "deploy:published", "phasewise:confirm"
