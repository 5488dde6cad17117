# Verifies the DKIM signature of the mail on stdin with Mail::DKIM, by the record in the first argument instead of DNS; prints its verdict.
use strict;
use warnings;
use Mail::DKIM::PublicKey;
use Mail::DKIM::Verifier;

my $record = shift @ARGV;
{
    no warnings 'redefine';
    *Mail::DKIM::Signature::fetch_public_key = sub { };
    *Mail::DKIM::Signature::get_public_key   = sub { Mail::DKIM::PublicKey->parse($record) };
}
binmode STDIN;
local $/;
my $verifier = Mail::DKIM::Verifier->new;
$verifier->PRINT(<STDIN>);
$verifier->CLOSE;
print $verifier->result, "\n";
