<?php

namespace App\Console\Commands;

use Illuminate\Console\Command;
use Illuminate\Database\Query\Builder;
use Illuminate\Database\QueryException;
use Illuminate\Support\Facades\DB;

/**
 * {words}
 *
 * It can be stopped at any time and run again: only rows that still lack the value are taken.
 */
final class {class} extends Command
{
    protected $signature = '{signature}
        {--from=* : Go on after the row with this key}
        {--chunk=1000 : How many rows to take at a time, to begin with}
        {--target-ms=500 : How long that should take; more or fewer rows are taken accordingly}
        {--pause-ms=100 : How long to rest in between}
        {--max-runtime=0 : Stop after so many seconds; 0 goes on to the end}
        {--dry-run : Only count the rows that lack the value}';

    protected $description = 'Fill {subject} in the rows that lack it';

    private const KEY = {key};

    private const WHERE = {where};

    {value}

    public function handle(): int
    {
        if (self::VALUE === null) {
            $this->error('Say in '.__FILE__.' what the rows should hold.');

            return self::INVALID;
        }
        if ($this->option('dry-run')) {
            $this->info($this->lacking()->count().' rows lack it.');

            return self::SUCCESS;
        }
        if (! ({lock})) {
            $this->warn('It is running already.');

            return self::SUCCESS;
        }
        try {
            return $this->fill();
        } finally {
            {unlock};
        }
    }

    private function fill(): int
    {
        {settings}
        // Rows that come later are written by releases that set the value themselves.
        $end = $this->key($this->rows(), 'desc');
        $from = $this->option('from') ?: null;
        $size = max(1, (int) $this->option('chunk'));
        $stop = (int) $this->option('max-runtime') > 0 ? microtime(true) + (int) $this->option('max-runtime') : INF;
        $filled = 0;
        while ($end !== null && $from != $end && microtime(true) < $stop) {
            $to = $this->key($this->rows($from, $end)->offset($size - 1), 'asc') ?? $end;
            $began = microtime(true);
            try {
                $filled += $this->rows($from, $to)->whereRaw(self::WHERE)
                    ->update([{column} => DB::raw(self::VALUE), {keeps}]);
            } catch (QueryException $exception) {
                if (! $this->isPassing($exception) || $size === 1) {
                    throw $exception;
                }
                $size = intdiv($size, 2);
                sleep(1);

                continue;
            }
            $spent = max(1, (microtime(true) - $began) * 1000);
            $size = (int) min(20000, max(100, $size * min(1.2, max(0.5, (int) $this->option('target-ms') / $spent))));
            $from = $to;
            $this->line($filled.' rows filled, up to '.implode(', ', $to));
            usleep((int) $this->option('pause-ms') * 1000);
        }

        return $this->verify();
    }

    private function verify(): int
    {
        $left = $this->lacking()->count();
        if ($left > 0) {
            $this->error($left.' rows still lack it: run this again; if they stay, some code writes them so.');

            return self::FAILURE;
        }
        $this->info('No row lacks it.');

        return self::SUCCESS;
    }

    private function lacking(): Builder
    {
        return $this->rows()->useWritePdo()->whereRaw(self::WHERE);
    }

    /** The first key of those rows in that order. */
    private function key(Builder $rows, string $direction): ?array
    {
        foreach (self::KEY as $column) {
            $rows->orderBy($column, $direction);
        }
        $row = $rows->useWritePdo()->first(self::KEY);

        return $row === null ? null : array_values((array) $row);
    }

    /** The rows after one key, up to another. */
    private function rows(?array $from = null, ?array $to = null): Builder
    {
        $query = DB::table({table});
        if ($from !== null) {
            $query->where(fn (Builder $query) => $this->compare($query, '>', '>', $from));
        }
        if ($to !== null) {
            $query->where(fn (Builder $query) => $this->compare($query, '<', '<=', $to));
        }

        return $query;
    }

    /** Keys of several columns are compared from left to right; the last column decides whether an equal key counts. */
    private function compare(Builder $query, string $operator, string $last, array $key): void
    {
        foreach (self::KEY as $at => $column) {
            $query->orWhere(function (Builder $query) use ($at, $column, $operator, $last, $key) {
                foreach (array_slice(self::KEY, 0, $at) as $before => $same) {
                    $query->where($same, '=', $key[$before]);
                }
                $query->where($column, $at === count(self::KEY) - 1 ? $last : $operator, $key[$at]);
            });
        }
    }

    /** A deadlock, or a lock that was not there in time. */
    private function isPassing(QueryException $exception): bool
    {
        return in_array((string) $exception->getCode(), ['40001', '40P01', '55P03', '57014'], true)
            || in_array($exception->errorInfo[1] ?? null, [1205, 1213], true);
    }
}
